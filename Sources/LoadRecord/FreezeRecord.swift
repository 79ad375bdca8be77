/// A time in which nothing came back.
package struct FreezeRecord: Codable, Sendable {
    package enum Kind: String, Codable, Sendable {
        /// Connections are accepted, or were, and no answer comes.
        case hang
        /// Refused or reset.
        case dead
        /// Connecting times out.
        case blackhole
        /// Answers go on, over the limit.
        case slow
        /// Some endpoints or connections only.
        case partial
        /// Our own clock stood still: nothing can be said of the server.
        case generatorStalled = "generator-stalled"
    }

    package var kind = Kind.hang
    /// From the run's start to the last byte before it.
    package var offsetSeconds = 0.0
    package var seconds = 0.0
    /// From its beginning until it was noticed.
    package var noticedAfterSeconds = 0.0
    package var hasEnded = false
    package var inFlight = 0
    /// The limit that was passed: max(2 s, 20 × the rolling p99.9).
    package var limitSeconds = 0.0
    /// Requests that were due meanwhile.
    package var lateRequests = 0
    /// Scenarios that stood still, when others went on.
    package var scenarios: [String] = []
    package var probes: [ProbeResult] = []
    /// What it most likely was.
    package var diagnosis: FreezeDiagnosis?
    /// File names within the run's evidence folder.
    package var evidence: [String] = []

    package init() {}
}

/// A question on a new connection, while the others hang.
package struct ProbeResult: Codable, Sendable, Hashable {
    package enum Question: String, Codable, Sendable { case connect, getversion, getclient }
    package var question = Question.connect
    package var offsetSeconds = 0.0
    /// "ok", "timeout", "refused", "reset", "status 503" …
    package var outcome = ""
    package var milliseconds = 0.0

    package init() {}
}

/// A guess with its reasons.
package struct FreezeDiagnosis: Codable, Sendable, Hashable {
    package enum Cause: String, Codable, CaseIterable, Sendable {
        case blockedRuntime = "blocked runtime or deadlock"
        case poolExhausted = "pool exhausted or leaked"
        case outOfFiles = "out of file descriptors"
        case serialSection = "one hot lock or serial section"
        case saturation = "plain saturation, not a freeze"
        case diskOrWriterLock = "disk or the writer lock"
        case stopped = "the process is stopped (SIGSTOP or a paused machine)"
        case gone = "the process is gone"
        case unreachable = "the network or a firewall: nothing gets through"
        case ourOwnStall = "our own stall: discard"
        case unknown = "not recognised"
    }

    package var cause = Cause.unknown
    /// Each a sentence with its figure: "CPU 0 % of 2 processors for 3 s".
    package var reasons: [String] = []

    package init() {}
}
