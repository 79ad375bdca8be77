package import LoadRecord
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import Primitives
internal import Synchronization

/// Sends the load and measures it.
///
///     let engine = try LoadEngine(target: LoadTarget(url: "http://localhost:3000"), data: ScenarioData(), threads: nil)
///     let record = try await engine.run(step, number: 0, of: plan) { second in … }
///     await engine.shutdown()
///
/// Requests and answers stay on the generator's own threads; whoever calls gets sums, once per second and at a step's
/// end.
package final class LoadEngine: Sendable {
    /// After ``drain()``, what is in flight gets so long.
    package static let drainSeconds = 3.0
    /// After a step's time is over, answers are waited for until the server has been silent for so long.
    static let silenceSeconds = 10.0
    /// The most requests in flight in the open model, when the step does not say.
    package static let connectionsMax = 10_000
    /// In the open model, when the step does not say: as many as are due in this many seconds may be in flight, and
    /// more when the server usually takes longer (``Lane/anotherPlace()``).
    static let openModelSeconds = 0.1
    static let openModelConnectionsMin = 10
    /// The same before the first answer has told how long the server takes.
    static let openModelUnknownSeconds = 1.0
    /// Files that the process needs beside its connections.
    private static let otherFiles = 64

    let target: LoadTarget
    let address: TargetAddress
    let book: RequestBook
    let tls: NIOSSLContext?
    let lanes: [Lane]
    let shared = SharedState()
    let state = Monitor(State())
    private let threads: MultiThreadedEventLoopGroup
    private let filesMax: Int

    struct State {
        /// Of the first step.
        var startedAt: Int?
        var scenarios: [Scenario] = []
        var isRunning = false
        /// Whether the lanes are at work, so that a gap in their beats means something.
        var isBeating = false
        /// When what was in flight at ``LoadEngine/drain()`` is given up.
        var drainsUntil: Int?
        var sums = CertificateSums()
        /// Of the last step alone.
        var lastSums = CertificateSums()
        var rolling = RollingLatencies()
        var rollingP999: Int?
    }

    /// - Parameter threads: nil: one per processor.
    /// - Throws: ``LoadEngineError`` when the address, a file or a credential cannot be used.
    package init(target: LoadTarget, data: ScenarioData, threads: Int? = nil) throws {
        self.target = target
        address = try TargetAddress(url: target.url)
        book = try RequestBook(target: target, address: address, data: data)
        tls = address.usesTLS ? try Transport.tlsContext(target) : nil
        filesMax = OpenFiles.raiseMax()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: max(1, threads ?? OwnProcess.processors))
        self.threads = group
        let (shared, book) = (shared, book)
        lanes = group.makeIterator().enumerated().map { index, eventLoop in
            Lane(index: index, eventLoop: eventLoop, target: target, book: book, shared: shared)
        }
    }

    /// Of the first step's begin, on the clock of ``LoadPulse/at``; nil before it.
    package var startedAt: Int? { state.withLock { $0.startedAt } }

    /// Why these scenarios cannot be run with what is known; a sentence for each.
    package func refusals(of scenarios: [Scenario]) -> [String] {
        scenarios.compactMap { book.refusal(of: $0, among: scenarios, target: target)?.description }
    }

    /// Connections for which this process has files.
    var connectionsPossible: Int { max(1, filesMax - Self.otherFiles) }

    /// - Throws: when the process may not open so many connections.
    func checkFiles(for connections: Int) throws(LoadEngineError) {
        guard connections <= connectionsPossible else {
            throw LoadEngineError(
                "\(connections) connections need more files than this process may open (\(filesMax)): raise ulimit -n")
        }
    }

    // MARK: While it runs

    /// What is going on now. From any thread, but for one asker only: some figures count since the pulse before.
    package func pulse() -> LoadPulse {
        let now = Monotonic.nanoseconds
        var pulse = LoadPulse()
        pulse.at = now
        let (scenarios, isBeating) = state.withLock { state in
            pulse.rollingP999 = state.rollingP999
            return (state.scenarios, state.isBeating)
        }
        pulse.scenarios = scenarios.map { scenario in
            var entry = LoadPulse.Scenario()
            entry.name = scenario.rawValue
            return entry
        }
        for lane in lanes {
            let published = lane.takePublished()
            for index in scenarios.indices where index < published.scenarios.count {
                let part = published.scenarios[index]
                pulse.scenarios[index].inFlight += part.inFlight
                pulse.scenarios[index].completed += part.completed
                pulse.scenarios[index].lastByteAt = max(pulse.scenarios[index].lastByteAt, part.lastByteAt)
                if let sentAt = part.oldestSentAt {
                    pulse.scenarios[index].oldestSentAt = min(pulse.scenarios[index].oldestSentAt ?? .max, sentAt)
                }
            }
            pulse.waiting += published.backlog
            pulse.connectsRefusedOrReset += published.refusedOrReset
            pulse.connectsTimedOut += published.connectsTimedOut
            // The gap that goes on is one, too.
            let current = isBeating && published.isAtWork ? now - published.lastBeatAt : 0
            pulse.heartbeatGap = max(pulse.heartbeatGap, max(published.beatGapMax, current) / 1000)
        }
        pulse.waiting += pulse.inFlight
        return pulse
    }

    /// While frozen, requests that end by time-out or are cancelled count as `frozen`.
    package func setFrozen(_ frozen: Bool) {
        shared.isFrozen.store(frozen, ordering: .relaxed)
    }

    /// No new requests from now on; what is in flight gets ``drainSeconds`` and is then `cancelled`. The step that is
    /// running ends normally, and later ones at once.
    package func drain() {
        let until = Monotonic.nanoseconds + Int(Self.drainSeconds * 1e9)
        let first = state.withLock { state in
            if state.drainsUntil == nil { state.drainsUntil = until }
            return state.drainsUntil ?? until
        }
        for lane in lanes { lane.eventLoop.execute { lane.stop(cancellingAt: first) } }
    }

    var drainsUntil: Int? { state.withLock { $0.drainsUntil } }

    /// Whether the generator itself can have been the limit: in all steps so far, or in the last one only.
    package func certificate(ofLastStep: Bool = false) -> GeneratorCertificate {
        state.withLock { (ofLastStep ? $0.lastSums : $0.sums).certificate }
    }

    // MARK: Samples

    /// Keeps the first so many requests that each thread completes in each second, for ``takeSamples()``; 0: none.
    package func setSampling(perSecond: Int) {
        shared.samplesPerSecond.store(perSecond, ordering: .relaxed)
    }

    /// The samples kept since it was asked last.
    package func takeSamples() async -> [RequestSample] {
        var samples: [RequestSample] = []
        for lane in lanes {
            samples += (try? await lane.eventLoop.submit { lane.samples.take() }.get()) ?? []
        }
        return samples.sorted { $0.completedAt < $1.completedAt }
    }

    /// Ends the threads. A step must not be running.
    package func shutdown() async {
        // Fails only when it was shut down already.
        try? await threads.shutdownGracefully()
    }
}
