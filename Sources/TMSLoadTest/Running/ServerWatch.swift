private import Foundation
internal import LoadEngine
internal import LoadRecord
internal import LoadWatch
internal import Primitives

/// Looks at the server while the load goes on: a sample per second, and ten times a second whether anything comes back.
///
/// Works on threads of its own, so that the generator has nothing to do with it. When the server freezes it turns the
/// freeze light on, asks on new connections, and collects evidence.
final class ServerWatch: Sendable {
    struct State: Sendable {
        var freezes: [FreezeRecord] = []
        /// The one that goes on, by the moment it was noticed.
        var open: FreezeRecord?
        /// Scenarios that had requests in flight while it lasted.
        var waiting: Set<String> = []
        var evidence: [FreezeEvidence] = []
        var step = PlannedStep()
        var stepBeganAt = 0
        /// At the last sample.
        var acceptQueue: Int?
        var hasGivenUp = false
        var hasEnded = false
    }

    /// Ten times a second.
    private static let beatMilliseconds = 100
    /// A freeze that lasts so long is not waited for: the run ends with what it has.
    private static let giveUpSeconds = 30.0
    /// Nor one that goes on so long after the step should have ended.
    private static let overtimeSeconds = 3.0

    let settings: RunSettings
    let engine: LoadEngine
    let view: LiveView
    let pid: Int32?
    let evidenceFolder: String
    let state = Monitor(State())
    private let sampler: Monitor<ServerSampler>?
    private let metrics: MetricsThread
    private let thread = Monitor<WorkerThread?>(nil)

    init(_ settings: RunSettings, engine: LoadEngine, view: LiveView, pid: Int32?, evidenceFolder: String) {
        (self.settings, self.engine, self.view) = (settings, engine, view)
        (self.pid, self.evidenceFolder) = (pid, evidenceFolder)
        sampler = pid.map { Monitor(ServerSampler(pid: $0, port: settings.address.port)) }
        metrics = MetricsThread(url: settings.address.usesTLS ? nil : settings.address.url)
    }

    // MARK: What others ask

    var freezes: [FreezeRecord] {
        state.withLock { $0.freezes + ($0.open.map { [$0] } ?? []) }
    }

    var hasGivenUp: Bool { state.withLock { $0.hasGivenUp } }
    var hasEvidence: Bool { freezes.contains { !$0.evidence.isEmpty } }

    func begin(_ step: PlannedStep) {
        state.withLock { state in
            state.step = step
            state.stepBeganAt = Monotonic.nanoseconds
        }
    }

    /// The process as it is now; nil when it is not watched, or gone.
    func sample() -> ServerSample? {
        var sample = sampler?.withLock { $0.sample() }
        state.withLock { $0.acceptQueue = sample?.acceptQueue }
        if let figures = metrics.newest {
            var known = sample ?? ServerSample()
            known.queueDepth = figures.queueDepth
            known.commitMilliseconds = figures.commitMilliseconds
            sample = known
        }
        return sample
    }

    // MARK: The watching thread

    func start() {
        thread.withLock { thread in
            thread = WorkerThread(name: "server-watch") { [self] in watch() }
        }
    }

    /// Ends the thread, and with it a freeze that goes on.
    func stop() {
        state.update { $0.hasEnded = true }
        thread.withLock { $0 }?.join()
        for evidence in state.withLock({ $0.evidence }) { evidence.wait() }
        attachEvidence()
        metrics.stop()
    }

    private func watch() {
        var detector: FreezeDetector?
        var probes: FreezeProbes?
        while state.wait(timeoutMilliseconds: Self.beatMilliseconds, for: { $0.hasEnded ? true : nil }) == nil {
            // Before the first request there is nothing to watch.
            guard let startedAt = engine.startedAt else { continue }
            var current = detector ?? makeDetector(startedAt: startedAt)
            let pulse = engine.pulse()
            view.setInFlight(pulse.inFlight)
            let queue = state.withLock { $0.acceptQueue }
            for event in current.feed(pulse, acceptQueue: queue) {
                handle(event, startedAt: startedAt, probes: &probes)
            }
            detector = current
            narrow(pulse, probes: probes?.results ?? [], startedAt: startedAt)
            giveUpIfHopeless(startedAt: startedAt, at: pulse.at)
        }
        if var detector, let startedAt = engine.startedAt {
            for event in detector.finish(at: Monotonic.nanoseconds) {
                handle(event, startedAt: startedAt, probes: &probes)
            }
        }
    }

    private func makeDetector(startedAt: Int) -> FreezeDetector {
        var limits = FreezeDetector.Limits()
        if let limit = settings.judging.freezeAfter { limits.floorSeconds = limit.seconds }
        return FreezeDetector(startedAt: startedAt, limits: limits)
    }

    private func giveUpIfHopeless(startedAt: Int, at now: Int) {
        let isHopeless = state.withLock { state -> Bool in
            guard let open = state.open, !state.hasGivenUp else { return false }
            let frozen = Double(now - startedAt) / 1e9 - open.offsetSeconds
            let inStep = Double(now - state.stepBeganAt) / 1e9
            let end = state.step.seconds.map { $0 + state.step.warmUpSeconds + state.step.startSeconds }
            let isOvertime = end.map { inStep > $0 + Self.overtimeSeconds } ?? false
            state.hasGivenUp = frozen > Self.giveUpSeconds || isOvertime
            return state.hasGivenUp
        }
        guard isHopeless else { return }
        view.say("The server does not come back: the run ends here.")
        engine.drain()
    }
}
