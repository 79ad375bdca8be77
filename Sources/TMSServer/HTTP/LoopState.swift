internal import NIOCore
internal import TMSAPI
internal import TMSStore

/// What belongs to one event loop and is used on it alone: no locks.
final class LoopState {
    let lane: StoreLane
    let router: Router
    let limits: HTTPLimits
    let log: LogSink
    var admission: Admission
    /// Answers are encoded here, one after the other.
    var json = JSONWriter()
    /// Request log lines are made here, one after the other.
    var logLine = LogLine()

    private let process: UInt32
    private let requestStep: UInt64
    private var requestNumber: UInt64
    private var connections: [ObjectIdentifier: ConnectionHandler] = [:]

    /// - Parameters:
    ///   - index, count: which of how many loops this is: they share the limits and the numbers of requests.
    init(
        lane: StoreLane, router: Router, limits: HTTPLimits, log: LogSink, process: UInt32, index: Int, count: Int
    ) {
        self.lane = lane
        self.router = router
        self.limits = limits
        self.log = log
        self.process = process
        requestNumber = UInt64(index)
        requestStep = UInt64(count)
        admission = Admission(max: limits.inFlightMax / count)
    }

    func nextRequestID() -> RequestID {
        requestNumber += requestStep
        return RequestID(process: process, number: requestNumber)
    }

    // MARK: Connections

    func add(_ connection: ConnectionHandler) {
        connections[ObjectIdentifier(connection)] = connection
    }

    func remove(_ connection: ConnectionHandler) {
        connections[ObjectIdentifier(connection)] = nil
    }

    func closeAll() {
        for connection in connections.values { connection.close() }
    }

    /// How often ``endOverdue(now:)`` is to be called.
    static let sweepInterval = TimeAmount.milliseconds(500)

    /// Ends what has taken too long. One sweep over all connections costs less than a timer for each request.
    func endOverdue(now: NIODeadline) {
        for connection in connections.values { connection.endIfOverdue(now: now) }
    }
}

/// What one connection and one request may take.
struct HTTPLimits: Sendable {
    var connectionsMax = 10_000
    var inFlightMax = 1024
    var bodyBytesMax = 65_536
    var idleTimeoutSeconds: Int64 = 60
    var requestTimeoutSeconds: Int64 = 30
}
