import Glibc
import Primitives
import Synchronization

/// Decides what becomes of each request, over all connections.
final class Script: Sendable {
    private let behaviour: Behaviour
    private let answers: CannedAnswers
    private let requests = Atomic<Int>(0)
    private let requestsByOperation = Monitor<[Operation: Int]>([:])
    /// 0: there was none yet.
    private let firstRequestAt = Atomic<Int>(0)
    /// When the queue of ``Behaviour/capacity`` takes its next request.
    private let nextSlot = Monitor(0)
    private let hotLock = Gate()
    private let pool: DatabasePool?
    private let times: TimesTaken?

    init(_ behaviour: Behaviour) {
        self.behaviour = behaviour
        answers = CannedAnswers(closes: behaviour.closes)
        pool = behaviour.pool.map { DatabasePool(size: $0.size, leakAfter: $0.leakAfter) }
        times = behaviour.notesTimes ? TimesTaken() : nil
    }

    /// For whoever ends the server.
    var summary: String {
        let count = "took \(requests.load(ordering: .relaxed)) requests"
        guard let times = times?.summary, !times.isEmpty else { return count }
        return "\(count): \(times)"
    }

    /// Waits for as long as the answer shall take.
    func answer(to request: Request) -> Answer {
        let operation = Operation(method: request.method, path: request.path)
        if operation == nil, behaviour.hasMetrics, request.path == "/metrics" { return answers.metrics }
        let number = requests.add(1, ordering: .relaxed).newValue
        let first = noteFirst(request.receivedAt)
        if let operation { freeze(operation, first: first) }
        work(number, operation)
        // The time is that of the request's arrival: what the work took is not added.
        Moment.sleep(until: dueTime(number, arrival: request.receivedAt))
        if let stall = behaviour.stall {
            let (begin, end) = (first + stall.begin, first + stall.begin + stall.length)
            if (begin..<end).contains(Moment.now) { Moment.sleep(until: end) }
        }
        if behaviour.alwaysNotFound { return answers.notFound }
        if let n = behaviour.failOneIn, number.isMultiple(of: n) { return answers.failed }
        return answers.answer(to: operation)
    }

    /// Told just before the answer is given to the system, which may let the one who waits for it run first.
    func noteAnswered(_ request: Request) {
        times?.note(Moment.now - request.receivedAt)
    }

    private func noteFirst(_ moment: Int) -> Int {
        let (isFirst, earlier) = firstRequestAt.compareExchange(expected: 0, desired: moment, ordering: .relaxed)
        return isFirst ? moment : earlier
    }

    private func freeze(_ operation: Operation, first: Int) {
        guard let frozen = behaviour.frozen, frozen.operation == operation else { return }
        let count = requestsByOperation.withLock { counts in
            counts[operation, default: 0] += 1
            return counts[operation, default: 0]
        }
        let isOver = frozen.afterRequests.map { count > $0 } ?? false
        let isLate = frozen.afterTime.map { Moment.now - first >= $0 } ?? false
        if isOver || isLate { Moment.sleepForEver() }
    }

    private func work(_ number: Int, _ operation: Operation?) {
        if behaviour.leaksFiles { _ = open("/dev/null", O_RDONLY | O_CLOEXEC) }
        if let after = behaviour.burnAfter, number > after { Moment.burn(nanoseconds: .max >> 1) }
        if let after = behaviour.hotLockAfter {
            hotLock.withLock { if number > after { Moment.burn(nanoseconds: .max >> 1) } }
        }
        if operation?.usesDatabase == true { pool?.use() }
        if operation == .createkey, let path = behaviour.lockFile { FileLock.hold(path) }
        if behaviour.work > 0 { Moment.burn(nanoseconds: behaviour.work) }
    }

    private func dueTime(_ number: Int, arrival: Int) -> Int {
        if let capacity = behaviour.capacity {
            let interval = Int(1_000_000_000 / capacity)
            return nextSlot.withLock { slot in
                slot = max(slot, arrival) + interval
                return slot
            }
        }
        if let bimodal = behaviour.bimodal {
            let slowSoFar = { (count: Int) in Int(Double(count) * bimodal.share) }
            return arrival + (slowSoFar(number) > slowSoFar(number - 1) ? bimodal.slow : bimodal.usual)
        }
        return arrival + behaviour.delay
    }
}
