internal import LoadRecord
internal import LoadReport

/// Says what a run is worth: the word that decides the exit status, and a headline that claims no more than is true.
///
/// The worst finding wins, in this order: a freeze, the generator's own stall, an interruption, failed requests, a
/// passed threshold, load that was not reached.
struct VerdictMaker {
    let record: RunRecord
    let limits: [Condition]
    let wasInterrupted: Bool
    let earlierFreezes: [FreezeRecipe]

    private var serverFreezes: [FreezeRecord] { record.freezes.filter { $0.kind != .generatorStalled } }
    private var stalls: [FreezeRecord] { record.freezes.filter { $0.kind == .generatorStalled } }
    private var total: ScenarioFigures {
        record.steps.dropFirst().reduce(record.steps.first?.total ?? ScenarioFigures()) { $0.adding($1.total) }
    }

    func make() -> Verdict {
        if let freeze = serverFreezes.max(by: { $0.seconds < $1.seconds }) {
            return Verdict(.freeze, freezeHeadline(freeze))
        }
        if let stall = stalls.max(by: { $0.seconds < $1.seconds }) {
            return Verdict(
                .generatorLimited,
                "The generator itself stood still for \(stall.seconds.oneDecimal) s at "
                    + "\(stall.offsetSeconds.oneDecimal) s: nothing can be said of the server. Run it again.")
        }
        if wasInterrupted {
            return Verdict(.interrupted, "after \(TimeSpan(seconds: record.seconds)). Until then \(claim)")
        }
        if record.plan.kind == .findMax { return findMaxVerdict() }
        if let failed = failedVerdict() { return failed }
        let passed = record.thresholds.filter(\.wasPassed)
        if let first = passed.first {
            let more = passed.count > 1 ? " (and \(passed.count - 1) more)" : ""
            return Verdict(.threshold, "\(first.text): \(first.detail)\(more). \(claim)")
        }
        let missed = record.steps.filter { !$0.wasReached }
        if let first = missed.first {
            let which = record.steps.count > 1 ? "\(missed.count) of \(record.steps.count) steps: " : ""
            return Verdict(.notReached, "\(which)\(first.shortfall ?? first.planned.name). \(claim)")
        }
        guard total.completed > 0 else {
            return Verdict(.notReached, "no request was completed.")
        }
        return Verdict(.pass, ([claim] + record.untested(earlierFreezes)).joined(separator: " "))
    }

    // MARK: Findings

    private func freezeHeadline(_ freeze: FreezeRecord) -> String {
        let seconds = freeze.seconds.oneDecimal
        let count = serverFreezes.count > 1 ? " (the longest of \(serverFreezes.count))" : ""
        let end = freeze.hasEnded ? "" : " and had not ended when the run did"
        let scenarios = freeze.scenarios.isEmpty ? "" : " in \(freeze.scenarios.joined(separator: ", "))"
        var sentences = [
            "\(seconds) s at \(freeze.offsetSeconds.oneDecimal) s: \(freeze.kind.rawValue)"
                + "\(scenarios), \(freeze.inFlight) in flight\(count)\(end)."
        ]
        if let diagnosis = freeze.diagnosis, diagnosis.cause != .unknown {
            sentences.append("Likely \(diagnosis.cause.rawValue).")
        }
        let (intended, service) = (total.fromIntended, total.service)
        if intended.count > 0 {
            sentences.append(
                "p99 \(intended.percentile(99).microseconds) from intended time, \(service.percentile(50).microseconds) "
                    + "median service time; \(freeze.lateRequests.grouped) requests were due meanwhile.")
        }
        if wasInterrupted { sentences.append("Interrupted after \(TimeSpan(seconds: record.seconds)).") }
        return sentences.joined(separator: " ")
    }

    private func failedVerdict() -> Verdict? {
        guard total.failed > 0 else { return nil }
        // A limit of one's own about errors takes the place of "none at all".
        let limits = limits.filter { $0.metric == .errors || $0.metric == .failures }
        let passed = record.thresholds.filter { outcome in
            outcome.wasPassed && limits.contains { $0.text == outcome.text }
        }
        guard limits.isEmpty || !passed.isEmpty else { return nil }
        let part = (Double(total.failed) / Double(total.completed)).percent
        let classes = total.failures.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
            .map { "\($0.value.grouped) × \($0.key.rawValue)" }.joined(separator: ", ")
        let over = passed.first.map { ", over \($0.text)" } ?? ""
        return Verdict(
            .failedRequests,
            "\(total.failed.grouped) of \(total.completed.grouped) (\(part))\(over): \(classes). \(claim)")
    }

    private func findMaxVerdict() -> Verdict {
        guard let found = record.findMax else {
            return Verdict(.threshold, "No rate met the goal: nothing was measured.")
        }
        guard found.foundPerSecond > 0 else {
            // No rate that failed: nothing was learnt of the server.
            let word = found.failedPerSecond == nil ? Verdict.Word.generatorLimited : .threshold
            return Verdict(word, "No rate met \(found.goal): \(found.reason).")
        }
        let names = record.plan.scenarios.joined(separator: "+")
        guard let failed = found.failedPerSecond else {
            return Verdict(
                .generatorLimited,
                "\(names) kept \(found.goal) at \(found.foundPerSecond.figure)/s at least: \(found.reason).")
        }
        return Verdict(
            .pass,
            "\(names) keeps \(found.goal) up to \(found.foundPerSecond.figure)/s and no longer at "
                + "\(failed.figure)/s: \(found.reason).")
    }

    // MARK: The claim

    /// What was measured, in a sentence. "At least", when the generator may have been the limit.
    private var claim: String {
        guard total.completed > 0 else { return "No request was completed." }
        // Not all that was completed: what was answered after the end is no part of the rate.
        let rates = record.steps.map(\.total.perSecond)
        guard let best = rates.indices.max(by: { rates[$0] < rates[$1] }) else { return "" }
        let step = record.steps[best]
        let figures = step.total
        let load =
            step.planned.users.map { "\($0.of("user")) (\(step.effectiveConcurrency.figure) in flight)" }
            ?? "\((step.planned.rate ?? 0).figure)/s planned"
        let atLeast = record.certificate.isClean ? "" : "at least "
        let failures =
            total.failed == 0
            ? "no failures in \(total.completed.of("request"))"
            : "\(total.failed.grouped) failures in \(total.completed.of("request"))"
        let names = step.planned.scenarios.joined(separator: "+")
        let place = record.steps.count > 1 ? ", the best of \(record.steps.count) steps" : ""
        return "\(names) sustained \(atLeast)\(rates[best].figure) requests/s at \(load) for "
            + "\(TimeSpan(seconds: step.seconds))\(place), p99 \(figures.fromIntended.percentile(99).microseconds), "
            + "\(failures)."
    }
}
