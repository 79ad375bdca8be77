/// One second of the run, or a few when ``seconds`` says so, on the generator's clock.
package struct SecondFigures: Codable, Sendable {
    /// Of its beginning, from the run's start.
    package var offsetSeconds = 0.0
    package var seconds = 1.0
    package var isWarmUp = false
    /// Index into the run's steps.
    package var step = 0
    package var sent = 0
    package var succeeded = 0
    package var failed = 0
    /// By class, those with none left out.
    package var failures: [FailureClass: Int] = [:]
    package var users = 0
    package var inFlight = 0
    /// From the intended time, of what was completed in this second; nil when nothing was.
    package var p50: Int?
    package var p90: Int?
    package var p99: Int?
    package var max: Int?
    /// The longest gap of the generator's own heartbeat.
    package var heartbeatGapMax = 0
    /// Of the generator's busiest thread and of the whole generator, 1 = one processor.
    package var generatorBusiestCPU = 0.0
    package var server: ServerSample?

    package init() {}
}

/// What the server's process and sockets looked like, from outside. Nil: not to be had.
package struct ServerSample: Codable, Sendable, Hashable {
    /// 1 = one processor.
    package var cpu: Double?
    package var residentBytes: Int?
    /// By state letter: "R", "S", "D" …
    package var threads: [String: Int] = [:]
    package var openFiles: Int?
    /// In this second.
    package var contextSwitches: Int?
    package var diskWriteBytes: Int?
    /// Connections that wait to be accepted, and bytes received that the server has not read.
    package var acceptQueue: Int?
    package var unreadBytes: Int?
    package var unsentBytes: Int?
    /// From the server's own /metrics, when it has them: how much waits to be written, and mean commit time.
    package var queueDepth: Int?
    package var commitMilliseconds: Double?

    package init() {}
}
