/// What the pool knows. It decides; the pool acts, outside the lock.
struct KeyPairStock {
    struct Waiter: Sendable {
        let algorithm: KeyAlgorithm
        let deadline: ContinuousClock.Instant
        let completion: KeyPairPool.Completion
    }

    /// What a thread of the pool makes pairs for.
    enum Purpose: Equatable {
        /// Those who wait for pairs of this kind.
        case callers(KeyAlgorithm)
        case stock
    }

    enum Step {
        case make(KeyAlgorithm)
        case tell([Waiter])
        case end
    }

    private let configuration: KeyPairPool.Configuration
    private var pairs: [KeyAlgorithm: [KeyPair]] = [:]
    /// Pairs that threads for the stock are making.
    private var inTheMaking: [KeyAlgorithm: Int] = [:]
    private(set) var waiters: [Waiter] = []
    private(set) var isClosed = false

    init(_ configuration: KeyPairPool.Configuration) {
        self.configuration = configuration
    }

    func level(_ algorithm: KeyAlgorithm) -> Int { pairs[algorithm, default: []].count }

    /// - Returns: the answer, or nil for a caller that has joined the queue.
    mutating func take(
        _ algorithm: KeyAlgorithm, now: ContinuousClock.Instant, completion: @escaping KeyPairPool.Completion
    ) -> Result<KeyPair, KeyPairPool.Failure>? {
        if isClosed { return .failure(.shutDown) }
        if let pair = pairs[algorithm]?.popLast() { return .success(pair) }
        if waiters.count >= configuration.waitersMax { return .failure(.exhausted) }
        let deadline = now + .seconds(configuration.waitSecondsMax)
        waiters.append(Waiter(algorithm: algorithm, deadline: deadline, completion: completion))
        return nil
    }

    /// What a thread of the pool should do; nil for sleeping.
    mutating func nextStep(for purpose: Purpose, now: ContinuousClock.Instant) -> Step? {
        if isClosed { return .end }
        let expired = waiters.filter { $0.deadline <= now }
        guard expired.isEmpty else {
            waiters.removeAll { $0.deadline <= now }
            return .tell(expired)
        }
        switch purpose {
        case .callers(let algorithm):
            return waiters.contains { $0.algorithm == algorithm } ? .make(algorithm) : nil
        case .stock:
            guard let algorithm = furthestFromItsStock else { return nil }
            inTheMaking[algorithm, default: 0] += 1
            return .make(algorithm)
        }
    }

    private var furthestFromItsStock: KeyAlgorithm? {
        func fill(_ algorithm: KeyAlgorithm) -> Double {
            let stock = configuration.stock(of: algorithm)
            guard stock > 0 else { return 1 }
            return Double(level(algorithm) + inTheMaking[algorithm, default: 0]) / Double(stock)
        }
        return KeyAlgorithm.allCases.filter { fill($0) < 1 }.min { fill($0) < fill($1) }
    }

    /// - Returns: who gets the pair, or was to get it; else it goes into stock.
    mutating func made(
        _ algorithm: KeyAlgorithm, _ pair: Result<KeyPair, KeyPairPool.Failure>, for purpose: Purpose
    ) -> Waiter? {
        if purpose == .stock { inTheMaking[algorithm, default: 1] -= 1 }
        if let index = waiters.firstIndex(where: { $0.algorithm == algorithm }) { return waiters.remove(at: index) }
        if case .success(let pair) = pair, !isClosed { pairs[algorithm, default: []].append(pair) }
        return nil
    }

    mutating func close() -> [Waiter] {
        isClosed = true
        pairs = [:]
        defer { waiters = [] }
        return waiters
    }
}
