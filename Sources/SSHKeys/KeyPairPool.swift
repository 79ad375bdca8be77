internal import Primitives
package import Telemetry

/// Key pairs made ahead of time, for the kinds that take long.
///
/// RSA pairs take most of a second, now and then several, and ECDSA pairs 5 ms: too long for an event loop and for a
/// caller. Background threads keep a stock with what processor time is left; a caller waits only when it ran dry, and
/// is then served by a thread of ordinary priority, so that a busy machine cannot starve it. Each kind has such a thread
/// of its own, so that an ECDSA pair does not wait behind RSA pairs.
package final class KeyPairPool: Sendable {
    package struct Configuration: Sendable {
        /// RSA pairs in stock. 8 are about 6 s of one core, and cover a burst of rare requests.
        package var rsaPairs = 8
        /// ECDSA pairs in stock.
        package var ecdsaPairs = 32
        /// Threads that keep the stock, at the lowest priority; at least one. One uses what a core has left.
        package var threads = 1
        /// Callers that may wait for a pair; further ones are refused at once.
        package var waitersMax = 64
        /// Seconds after which a waiting caller is told that it takes too long, by the next thread that has done with
        /// the pair in hand.
        package var waitSecondsMax = 10

        package init() {}

        func stock(of algorithm: KeyAlgorithm) -> Int {
            switch algorithm {
            case .ed25519: 0
            case .ecdsa: ecdsaPairs
            case .rsa: rsaPairs
            }
        }
    }

    package enum Failure: Error, Equatable, Sendable {
        /// ``Configuration/waitersMax`` callers wait already.
        case exhausted
        /// No pair was made within ``Configuration/waitSecondsMax``.
        case timedOut
        /// The cryptographic library could not make a pair.
        case notMade
        case shutDown
    }

    package typealias Completion = @Sendable (Result<KeyPair, Failure>) -> Void
    package typealias Generator = @Sendable (KeyAlgorithm) throws -> KeyPair

    private let state: Monitor<KeyPairStock>
    private let generate: Generator

    /// An RSA pair takes a thread of ordinary priority up to 3 s when it has a core, and minutes one that gets only what
    /// others leave.
    private static let allowedMilliseconds = (callers: 20_000, stock: 600_000)

    /// Starts the threads.
    package init(
        _ configuration: Configuration, telemetry: Telemetry = Telemetry(),
        generate: @escaping Generator = { try KeyPair.generate($0) }
    ) {
        let state = Monitor(KeyPairStock(configuration))
        self.state = state
        self.generate = generate
        waitersMax = configuration.waitersMax
        // Detached: an RSA pair cannot be stopped half made, and a shutdown need not wait for it.
        for algorithm in [KeyAlgorithm.rsa, .ecdsa] {
            let name = "keys-\(algorithm.rawValue)"
            let heartbeat = telemetry.heartbeat(name, allowedMilliseconds: Self.allowedMilliseconds.callers)
            _ = WorkerThread(name: "tms-\(name)") {
                Self.work(on: state, for: .callers(algorithm), heartbeat: heartbeat, generate: generate)
            }
        }
        for number in 0..<max(configuration.threads, 1) {
            let heartbeat = telemetry.heartbeat(
                "keys-\(number)", allowedMilliseconds: Self.allowedMilliseconds.stock)
            _ = WorkerThread(name: "tms-keys-\(number)", priority: .background) {
                Self.work(on: state, for: .stock, heartbeat: heartbeat, generate: generate)
            }
        }
        for algorithm in [KeyAlgorithm.rsa, .ecdsa] {
            telemetry.metrics.gauge(
                "tms_key_pool_level", "Key pairs in stock.", ["algorithm": algorithm.rawValue]
            ) { Double(state.withLock { $0.level(algorithm) }) }
        }
    }

    deinit { shutdown() }

    /// Hands a pair to `completion`: at once, on this thread, when one is in stock or it is quickly made (Ed25519);
    /// else later, on a thread of the pool, in the order of asking for that kind.
    package func take(_ algorithm: KeyAlgorithm, completion: @escaping Completion) {
        if algorithm == .ed25519 { return completion(Self.pair(of: algorithm, generate: generate)) }
        let answer = state.update { $0.take(algorithm, now: .now, completion: completion) }
        if let answer { completion(answer) }
    }

    /// Pairs in stock.
    package func level(_ algorithm: KeyAlgorithm) -> Int {
        state.withLock { $0.level(algorithm) }
    }

    /// How many callers may wait for a pair.
    package let waitersMax: Int

    /// Callers waiting for a pair.
    package var waiting: Int { state.withLock { $0.waiters.count } }

    /// Refuses everybody who waits or comes later. A pair being made is finished and dropped.
    package func shutdown() {
        let waiters = state.update { $0.close() }
        for waiter in waiters { waiter.completion(.failure(.shutDown)) }
    }

    private static let making: Activity = "make a key pair"

    private static func pair(of algorithm: KeyAlgorithm, generate: Generator) -> Result<KeyPair, Failure> {
        Result { try generate(algorithm) }.mapError { _ in .notMade }
    }

    private static func work(
        on state: Monitor<KeyPairStock>, for purpose: KeyPairStock.Purpose, heartbeat: Heartbeat, generate: Generator
    ) {
        while true {
            // A thread with nothing to make looks once a second for callers that have waited too long.
            let step = state.wait(timeoutMilliseconds: 1000) { $0.nextStep(for: purpose, now: .now) }
            guard let step else { continue }
            switch step {
            case .end: return
            case .tell(let expired): for waiter in expired { waiter.completion(.failure(.timedOut)) }
            case .make(let algorithm):
                heartbeat.begin(Self.making)
                let pair = pair(of: algorithm, generate: generate)
                heartbeat.rest()
                if let waiter = state.update({ $0.made(algorithm, pair, for: purpose) }) { waiter.completion(pair) }
                // What could not be made now will hardly be made at once.
                if case .failure = pair { _ = state.wait(timeoutMilliseconds: 1000) { $0.isClosed ? true : nil } }
            }
        }
    }
}
