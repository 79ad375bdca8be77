internal import NIOCore
internal import Primitives
internal import TMSAPI
internal import TMSStore
internal import Telemetry

/// What belongs to one event loop and is used on it alone: no locks.
final class LoopState {
    let eventLoop: any EventLoop
    let lane: StoreLane
    let router: Router
    let limits: HTTPLimits
    let log: LogSink
    let metrics: HTTPMetrics
    /// What this loop has in hand, for whoever looks from outside.
    let load: LoopLoad
    /// False for the loop of diagnosis, which must not wait for a disk.
    let readsDatabase: Bool
    /// Answers are encoded here, one after the other.
    var json = JSONWriter()
    /// Bytes of memory that ``json`` keeps for the next answer. What a larger one needed is given back.
    static let jsonKeptMax = 262_144
    /// Request log lines are made here, one after the other.
    var logLine = LogLine()

    private let process: UInt32
    private let requestStep: UInt64
    private var requestNumber: UInt64
    private var admission: Admission
    private var turns = Turns()
    private var connections: [ObjectIdentifier: ConnectionHandler] = [:]

    /// - Parameters:
    ///   - index, count: which of how many loops this is: they share the limits and the numbers of requests.
    init(
        _ eventLoop: any EventLoop, lane: StoreLane, router: Router, limits: HTTPLimits, log: LogSink,
        metrics: HTTPMetrics, load: LoopLoad, readsDatabase: Bool = true, process: UInt32, index: Int, count: Int
    ) {
        self.readsDatabase = readsDatabase
        self.eventLoop = eventLoop
        self.lane = lane
        self.router = router
        self.limits = limits
        self.log = log
        self.metrics = metrics
        self.load = load
        self.process = process
        requestNumber = UInt64(index)
        requestStep = UInt64(count)
        admission = Admission(max: limits.inFlightMax / count)
        unsentMax = limits.unsentBytesMax / count
    }

    func nextRequestID() -> RequestID {
        requestNumber += requestStep
        return RequestID(process: process, number: requestNumber)
    }

    // MARK: Turns

    /// Gives a request its place, and serves it when it is its turn.
    /// - Returns: false when there are too many already.
    func admit(_ exchange: Exchange, as requestClass: RequestClass) -> Bool {
        guard admission.enter(requestClass) else { return false }
        load.inHand(requestClass).add(1)
        if requestClass.goesFirst {
            serve(exchange)
        } else {
            if turns.isEmpty { eventLoop.assumeIsolated().execute { [self] in serveSome() } }
            turns.add(exchange, requestClass)
            noteWaiting()
        }
        return true
    }

    func leave(_ requestClass: RequestClass) {
        admission.leave()
        load.inHand(requestClass).add(-1)
    }

    private func serveSome() {
        let began = Monotonic.nanoseconds
        var now = began
        while now - began < Turns.sliceNanoseconds, let exchange = turns.next() {
            metrics.turnWait.add(now - exchange.startedAt)
            serve(exchange)
            now = Monotonic.nanoseconds
        }
        noteWaiting()
        // A task that is due at once would be run before the sockets are looked at.
        if !turns.isEmpty { _ = eventLoop.assumeIsolated().scheduleTask(in: Turns.pause) { [self] in serveSome() } }
    }

    private func serve(_ exchange: Exchange) {
        load.heartbeat.note(exchange.activity)
        exchange.serve()
        load.heartbeat.note(.nothing)
    }

    private func noteWaiting() {
        load.waitingReads.set(turns.reads.count)
        load.waitingWrites.set(turns.writes.count)
    }

    // MARK: Rest after refusals

    private var resting = RestingConnections<ConnectionHandler>()

    /// Sees to it that the connection is read again, after a while.
    /// - Returns: false when connections do not rest.
    func rest(_ connection: ConnectionHandler) -> Bool {
        guard limits.refusalPauseMilliseconds > 0 else { return false }
        if resting.isEmpty { wakeRestedLater() }
        resting.add(connection, milliseconds: limits.refusalPauseMilliseconds, now: Monotonic.nanoseconds)
        return true
    }

    private func wakeRestedLater() {
        let interval = RestingConnections<ConnectionHandler>.interval
        resting.willLook(at: Monotonic.nanoseconds + Int(interval.nanoseconds))
        _ = eventLoop.assumeIsolated().scheduleTask(in: interval) { [self] in
            for connection in resting.takeRested(now: Monotonic.nanoseconds) { connection.endRest() }
            if !resting.isEmpty { wakeRestedLater() }
        }
    }

    // MARK: Answers on their way

    private let unsentMax: Int
    private var unsentBytes = 0

    /// Whether a large answer may be begun, or sent: those that others have not taken yet hold memory.
    var hasRoomForLargeAnswer: Bool { unsentBytes < unsentMax }

    func sending(bytes: Int) {
        unsentBytes += bytes
        load.unsentBytes.set(unsentBytes)
    }

    func sent(bytes: Int) {
        sending(bytes: -bytes)
    }

    // MARK: Connections

    func add(_ connection: ConnectionHandler) {
        connections[ObjectIdentifier(connection)] = connection
        load.connections.set(connections.count)
    }

    func remove(_ connection: ConnectionHandler) {
        connections[ObjectIdentifier(connection)] = nil
        load.connections.set(connections.count)
    }

    func closeAll() {
        for connection in connections.values { connection.close() }
    }

    /// How often ``endOverdue(now:)`` is to be called.
    static let sweepInterval = TimeAmount.milliseconds(500)

    /// Ends what has taken too long. One sweep over all connections costs less than a timer for each request.
    /// - Parameter now: nanoseconds by `Monotonic`.
    func endOverdue(now: Int) {
        for connection in connections.values { connection.endIfOverdue(now: now) }
    }
}

extension JSONWriter {
    /// Begins anew when it has more memory than that.
    mutating func giveBack(beyond bytesMax: Int) {
        if bytes.capacity > bytesMax { self = JSONWriter() }
    }
}

/// What one connection and one request may take.
struct HTTPLimits: Sendable {
    var connectionsMax = 10_000
    var inFlightMax = 8192
    var bodyBytesMax = 65_536
    /// What one look at a connection brings. Requests in it that must wait for the one in hand are held in memory, and
    /// nothing more is read meanwhile.
    var readBytesMax = 16_384
    var unsentBytesMax = 67_108_864
    var idleTimeoutSeconds = 60
    var requestTimeoutSeconds = 30
    var deadlineSeconds = 10
    var loginDeadlineSeconds = 2
    var refusalPauseMilliseconds = 25
}
