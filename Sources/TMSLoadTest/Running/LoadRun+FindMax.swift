internal import LoadRecord
internal import Primitives

extension LoadRun {
    /// Of a try of the search, in seconds, unless --step-time says otherwise; and of the long look at what was found.
    private static let attemptSeconds = 10.0
    private static let confirmationSeconds = 60.0
    private static let startStandard = 50.0
    /// After a try that overloaded the server it gets a moment.
    private static let restSeconds = 1.0
    /// A generator that is this busy cannot blame the server.
    private static let ownCPUMax = 0.85

    /// Searches the highest rate that meets the goal; every try is a step of the record.
    func findMax(into record: inout RunRecord, _ requestLog: RequestLog?) async throws {
        var search = FindMaxSearch(start: settings.load.rate ?? Self.startStandard)
        var found = FindMaxOutcome()
        found.goal = settings.goal.map(\.text).joined(separator: ",")
        while search.next != .finished, !isOver {
            let step = step(for: search.next, of: record.plan)
            record.plan.steps.append(step)
            let freezesBefore = watch.freezes.count
            let done = try await run(step, number: record.steps.count, of: record.plan, requestLog)
            record.steps.append(done)
            let froze = watch.freezes.count > freezesBefore
            let outcome = outcome(of: done, number: record.steps.count - 1, froze: froze)
            found.attempts.append(Self.attempt(done, metGoal: outcome.metGoal))
            // Of the tries one is the claim; that another overran the generator says nothing of it.
            if case .confirmation = search.next, outcome.metGoal { record.certificate = lastCertificate }
            let rate = step.rate ?? 0
            view.say("\(step.name): " + (outcome.metGoal ? "met" : "not met, \(outcome.reason)"))
            search.record(outcome)
            if !outcome.metGoal, search.next != .finished, rate > 0 {
                try? await Task.sleep(for: .seconds(Self.restSeconds))
            }
        }
        found.foundPerSecond = search.low ?? 0
        found.failedPerSecond = search.high
        found.reason = search.reason.isEmpty ? "it was ended before the limit was known" : search.reason
        record.findMax = found
    }

    private func step(for next: FindMaxSearch.Step, of plan: LoadPlan) -> PlannedStep {
        let short = settings.load.stepTime?.seconds ?? Self.attemptSeconds
        let long = settings.load.runTime?.seconds ?? Self.confirmationSeconds
        func step(_ rate: Double, _ seconds: Double, _ name: String) -> PlannedStep {
            let warmUp = settings.load.noResetMetrics ? 0 : settings.load.warmup?.seconds ?? min(seconds / 10, 2)
            return settings.maker.attempt(
                rate: rate, seconds: seconds, warmUp: warmUp, name: "find-max/\(name) rate=\(rate.figure)/s", of: plan)
        }
        switch next {
        case .attempt(let rate): return step(rate, short, "try")
        case .confirmation(let rate): return step(rate, long, "found")
        case .above(let rate): return step(rate, long, "above")
        case .finished: return PlannedStep()
        }
    }

    private func outcome(of step: StepRecord, number: Int, froze: Bool) -> FindMaxSearch.Outcome {
        var outcome = FindMaxSearch.Outcome()
        let missed = conditionWatches.compactMap { watch -> String? in
            let condition = watch.condition
            guard let value = watch.value(in: step, number: number) else { return "nothing was measured" }
            return condition.holds(value) ? nil : "\(condition.metricName) was \(condition.spoken(value))"
        }
        var reasons = missed
        // A rate that was not sent has not been kept.
        if !step.wasReached { reasons.append(step.shortfall ?? "the rate was not reached") }
        if froze { reasons.append("the server froze") }
        outcome.metGoal = reasons.isEmpty
        outcome.reason = reasons.joined(separator: ", ")
        outcome.froze = froze
        let busy = measuredSeconds(of: number).map(\.generatorBusiestCPU).sorted()
        outcome.generatorWasLimit = !outcome.metGoal && !froze && !busy.isEmpty && busy[busy.count / 2] > Self.ownCPUMax
        let red = lastCertificate.lines.filter { !$0.holds }.map { "\($0.what) \($0.value)" }
        outcome.generatorsFault = red.isEmpty ? nil : red.joined(separator: ", ")
        return outcome
    }

    private static func attempt(_ step: StepRecord, metGoal: Bool) -> FindMaxOutcome.Attempt {
        var attempt = FindMaxOutcome.Attempt()
        let total = step.total
        attempt.perSecond = step.planned.rate ?? 0
        attempt.metGoal = metGoal
        attempt.p99 = total.fromIntended.count > 0 ? total.fromIntended.percentile(99) : nil
        attempt.errors = total.completed > 0 ? Double(total.failed) / Double(total.completed) : 0
        return attempt
    }
}
