private import Foundation
internal import LoadEngine
internal import LoadRecord
internal import Primitives

/// The part of a run in which load is sent: steps one after the other, watched all the time.
final class LoadRun: Sendable {
    let settings: RunSettings
    let view: LiveView
    let watch: ServerWatch
    private let engine: LoadEngine
    private let interruption: Interruption
    private let timeline = Monitor(Timeline())
    /// Of each limit, or of each condition of the goal.
    private let watches: Monitor<[ConditionWatch]>
    private let start = Monotonic.nanoseconds

    /// - Throws: ``SetUpFailure`` when no load can be sent at all.
    init(
        _ settings: RunSettings, _ preflight: Preflight, evidenceFolder: String, _ interruption: Interruption
    ) throws(SetUpFailure) {
        (self.settings, self.interruption) = (settings, interruption)
        watches = Monitor((settings.limits + settings.goal).map { ConditionWatch($0) })
        do {
            engine = try LoadEngine(target: settings.target, data: preflight.data, threads: settings.threads)
        } catch {
            throw SetUpFailure("\(error)")
        }
        let refusals = engine.refusals(of: settings.plan.scenarios.compactMap(Scenario.init(rawValue:)))
        guard refusals.isEmpty else { throw SetUpFailure(refusals.map { Problem($0) }) }
        view = LiveView(Self.style(settings.output))
        watch = ServerWatch(settings, engine: engine, view: view, pid: preflight.pid, evidenceFolder: evidenceFolder)
    }

    private static func style(_ output: OutputOptions) -> LiveView.Style {
        if output.quiet > 0 { return .silent }
        return StandardError.isTerminal ? .screen : .lines(every: max(output.runningMetrics.seconds, 1))
    }

    /// Sends everything and fills in what happened.
    func execute(into record: inout RunRecord) async throws {
        let requestLog = try settings.output.requestLog.map { try RequestLog(path: $0) }
        if requestLog != nil { engine.setSampling(perSecond: RequestLog.perSecond) }
        let (engine, view) = (engine, view)
        interruption.onFirst {
            view.say("Interrupted: waiting for what is in flight, then the report. Again ends at once.")
            engine.drain()
        }
        watch.start()
        do {
            if settings.plan.kind == .findMax {
                try await findMax(into: &record, requestLog)
            } else {
                for (number, step) in settings.plan.steps.enumerated() where !isOver {
                    record.steps.append(try await run(step, number: number, of: settings.plan, requestLog))
                }
            }
        } catch {
            record.seconds = elapsed
            await end(requestLog)
            // What was measured before it is not thrown away.
            if record.steps.isEmpty { throw SetUpFailure("\(error)") }
            StandardError.line("tms-loadtest: the run ended early: \(error)")
            record.steps[record.steps.count - 1].wasReached = false
            record.steps[record.steps.count - 1].shortfall = "the step after it could not be run: \(error)"
            fill(&record)
            return
        }
        // What still is collected after the load is no part of it.
        record.seconds = elapsed
        await end(requestLog)
        fill(&record)
    }

    private var elapsed: Double { Double(Monotonic.nanoseconds - (engine.startedAt ?? start)) / 1e9 }

    /// Nothing more is to be begun.
    var isOver: Bool { interruption.hasHappened || watch.hasGivenUp }

    private func end(_ requestLog: RequestLog?) async {
        interruption.onFirst(nil)
        watch.stop()
        view.end()
        requestLog?.add(await engine.takeSamples(), start: engine.startedAt ?? start)
        requestLog?.close()
        await engine.shutdown()
    }

    private func fill(_ record: inout RunRecord) {
        record.timeline = timeline.withLock { $0.seconds }
        if settings.plan.kind != .findMax { record.thresholds = conditionWatches.map { $0.outcome(of: record) } }
        if record.certificate.lines.isEmpty { record.certificate = engine.certificate() }
        record.freezes = watch.freezes
        if watch.hasEvidence { record.evidenceFolder = "evidence" }
    }

    // MARK: Steps

    var conditionWatches: [ConditionWatch] { watches.withLock { $0 } }

    /// Of the step that was run last alone.
    var lastCertificate: GeneratorCertificate { engine.certificate(ofLastStep: true) }

    func measuredSeconds(of number: Int) -> [SecondFigures] {
        timeline.withLock { $0.seconds.filter { $0.step == number && !$0.isWarmUp } }
    }

    func run(
        _ step: PlannedStep, number: Int, of plan: LoadPlan, _ requestLog: RequestLog?
    ) async throws -> StepRecord {
        view.begin(step, number: number, of: max(plan.steps.count, 1))
        watch.begin(step)
        let (timeline, watches, view, watch) = (timeline, watches, view, watch)
        // Samples are fetched beside the step, so that they never pile up.
        let fetching = requestLog.map { log in
            Task { [engine, start] in
                while !Task.isCancelled {
                    try? await Task.sleep(for: .seconds(1))
                    log.add(await engine.takeSamples(), start: engine.startedAt ?? start)
                }
            }
        }
        defer { fetching?.cancel() }
        return try await engine.run(step, number: number, of: plan) { second in
            var second = second
            second.server = watch.sample()
            timeline.withLock { $0.append(second) }
            watches.withLock { watches in
                for index in watches.indices { watches[index].add(second) }
            }
            view.add(second)
        }
    }
}
