import Primitives
import SSHKeys

/// Makes pairs only as permitted, and remembers in which order they were asked for.
final class GatedGenerator: Sendable {
    struct State {
        var permits = 0
        var jobs: [KeyAlgorithm] = []
        var isFailing = false
    }

    struct Failed: Error {}

    private let state: Monitor<State>

    init(permits: Int = 0, isFailing: Bool = false) {
        state = Monitor(State(permits: permits, isFailing: isFailing))
    }

    var jobs: [KeyAlgorithm] { state.withLock { $0.jobs } }

    /// The pair is always an Ed25519 one, as nobody looks at it.
    func generate(_ algorithm: KeyAlgorithm) throws -> KeyPair {
        state.update { $0.jobs.append(algorithm) }
        let isFailing = state.wait { state -> Bool? in
            guard state.permits > 0 else { return nil }
            state.permits -= 1
            return state.isFailing
        }
        if isFailing == true { throw Failed() }
        return try KeyPair.generate(.ed25519)
    }

    func permit(_ count: Int) { state.update { $0.permits += count } }

    func waitForJobs(_ count: Int) {
        _ = state.wait(timeoutMilliseconds: 10_000) { $0.jobs.count >= count ? true : nil }
    }
}

/// What callers of the pool were told, in that order.
final class Answers: Sendable {
    private let entries = Monitor<[String]>([])

    var all: [String] { entries.withLock { $0 } }

    func note(_ name: String) -> KeyPairPool.Completion {
        { result in
            let text =
                switch result {
                case .success: "\(name) pair"
                case .failure(let failure): "\(name) \(failure)"
                }
            self.entries.update { $0.append(text) }
        }
    }

    /// - Returns: when there are `count` answers, or after ten seconds.
    func wait(for count: Int) -> [String] {
        _ = entries.wait(timeoutMilliseconds: 10_000) { $0.count >= count ? true : nil }
        return all
    }
}
