/// Callers of one kind: decides when which request goes out, and over which of its connections.
final class Stream {
    let plan: Plan.Stream
    let operations: [OperationLoad]
    private(set) var connections: [Connection] = []

    /// Arrivals so far (open mode), or places given out (throttled).
    private(set) var arrivals = 0
    /// Arrivals that were never sent, because the queue was full or the time was over.
    private(set) var unsent = 0
    /// Connections that the server closed after an answer, or that were lost, and were opened again.
    private(set) var reconnects = 0
    /// Why connections were lost while they had no request: those with one count as its failure.
    private(set) var losses: [String: Int] = [:]
    /// How late the generator itself looked at arrivals.
    private(set) var lag = Histogram()

    // In monotonic nanoseconds; known when all connections are open.
    private var beginsAt = UInt64.max
    private var endsAt = UInt64.max
    private let interval: UInt64?
    /// Of the next arrival, when there is a rate.
    private var dueAt = UInt64.max
    /// The one that has been idle longest comes first, so that all of them get their share. Lost ones are passed over.
    private var idle = Queue<Connection>()
    /// When arrivals that wait for a connection were due.
    private var waiting = Queue<UInt64>()
    private let totalWeight: Int

    /// A throttled stream that falls behind does not make up for more than this.
    private static let catchUpNanoseconds: UInt64 = 100_000_000
    private static let queueMaxDefault = 100_000

    init(_ plan: Plan.Stream, host: String) {
        self.plan = plan
        operations = plan.operations.map { OperationLoad($0, host: host) }
        totalWeight = plan.operations.reduce(0) { $0 + $1.weight }
        interval = plan.rate.map { UInt64(1e9 / $0) }
    }

    func connect(_ connections: [Connection]) {
        self.connections = connections
    }

    func begin(at start: UInt64) {
        beginsAt = start + UInt64(plan.from * 1e9)
        endsAt = start + UInt64(plan.until * 1e9)
        dueAt = beginsAt
        for operation in operations { operation.tally.begin(at: start) }
    }

    /// Nothing is to be sent any more and nothing is on its way.
    func isDone(now: UInt64) -> Bool {
        let isOver = now >= endsAt || connections.allSatisfy { $0.remaining == 0 }
        return isOver && connections.allSatisfy { $0.request == nil }
    }

    /// Whether requests may begin.
    private func isOpen(_ now: UInt64) -> Bool { now >= beginsAt && now < endsAt }

    // MARK: The clock

    /// Sends what is due.
    /// - Returns: when to be called again; nil when only answers matter.
    func advance(now: UInt64) -> UInt64? {
        if now < beginsAt { return beginsAt }
        if now >= endsAt {
            dropWaiting()
            return nil
        }
        guard let interval else {
            startUnthrottled(now: now)
            return endsAt
        }
        if plan.mode == .open { arrive(interval, now: now) } else { throttle(interval, now: now) }
        return dueAt
    }

    /// Connections that were ready before the stream began.
    private func startUnthrottled(now: UInt64) {
        while let connection = nextIdle() { connection.send(choose(), dueAt: now, now: now) }
    }

    private func arrive(_ interval: UInt64, now: UInt64) {
        while dueAt <= now, dueAt < endsAt {
            arrivals += 1
            lag.record(nanoseconds: now - dueAt)
            if let connection = nextIdle() {
                connection.send(choose(), dueAt: dueAt, now: now)
            } else if waiting.count < plan.queueMax ?? Self.queueMaxDefault {
                waiting.append(dueAt)
            } else {
                unsent += 1
            }
            dueAt += interval
        }
    }

    private func throttle(_ interval: UInt64, now: UInt64) {
        if now > dueAt + Self.catchUpNanoseconds { dueAt = now }
        while dueAt <= now, let connection = nextIdle() {
            arrivals += 1
            lag.record(nanoseconds: now - dueAt)
            connection.send(choose(), dueAt: now, now: now)
            dueAt += interval
        }
        // Nobody is free: the next answer will look at the clock again.
        if dueAt <= now { dueAt = now + interval }
    }

    private func nextIdle() -> Connection? {
        while let connection = idle.popFirst() { if connection.state == .idle { return connection } }
        return nil
    }

    private func dropWaiting() {
        unsent += waiting.count
        waiting.removeAll()
    }

    /// Each operation by its weight, spread evenly and the same in every run.
    private func choose() -> OperationLoad {
        if operations.count == 1 { return operations[0] }
        var best = operations[0]
        for operation in operations {
            operation.credit += operation.plan.weight
            if operation.credit > best.credit { best = operation }
        }
        best.credit -= totalWeight
        return best
    }

    // MARK: What connections tell

    func becameIdle(_ connection: Connection, now: UInt64) {
        if connection.remaining == 0 { return }
        guard isOpen(now) else {
            idle.append(connection)
            return
        }
        if let dueAt = waiting.popFirst() {
            connection.send(choose(), dueAt: dueAt, now: now)
        } else if interval == nil {
            connection.send(choose(), dueAt: now, now: now)
        } else {
            idle.append(connection)
        }
    }

    func closedByServer(_ connection: Connection, now: UInt64) {
        reconnects += 1
        if connection.remaining != 0 { connection.open(now: now) }
    }

    func lost(_ connection: Connection, reason: String, wasBusy: Bool) {
        reconnects += 1
        if !wasBusy { losses[reason, default: 0] += 1 }
    }

    /// Opens lost connections again when their pause is over, and gives up what takes too long.
    func tend(timeout: UInt64, now: UInt64) {
        for connection in connections {
            connection.giveUpIfOverdue(timeout: timeout, now: now)
            if connection.state == .closed, now >= connection.opensAt, now < endsAt, connection.remaining != 0 {
                connection.open(now: now)
            }
        }
    }
}

/// First in, first out, at a constant cost.
private struct Queue<Element> {
    private var elements: [Element] = []
    private var head = 0

    var count: Int { elements.count - head }

    mutating func append(_ element: Element) {
        elements.append(element)
    }

    mutating func popFirst() -> Element? {
        guard head < elements.count else { return nil }
        defer {
            head += 1
            // Moves what is left only when it is the smaller half.
            if head > 1024, head * 2 > elements.count {
                elements.removeFirst(head)
                head = 0
            }
        }
        return elements[head]
    }

    mutating func removeAll() {
        elements = []
        head = 0
    }
}
