package import LoadRecord

/// One run in one line.
package struct RunSummary: Codable, Sendable {
    package var id: String
    package var startedAtMicroseconds: Int64
    package var label: String
    package var scenarios: String
    /// "ladder 100 users", "200/s"
    package var planned: String
    /// Of the step with the most load, like what follows it.
    package var usersPlanned: Int?
    package var effective: Double
    package var wasReached: Bool
    package var perSecond: Double
    /// Microseconds, from intended time.
    package var p50: Int
    package var p99: Int
    /// Of the whole run.
    package var max: Int
    package var requests: Int
    package var failures: Int
    package var freezes: Int
    package var verdict: Verdict
    package var importedFrom: String?

    package init(_ record: RunRecord) {
        let main = record.mainStep ?? StepRecord()
        let figures = main.total
        id = record.id
        startedAtMicroseconds = record.startedAtMicroseconds
        label = record.labelText
        scenarios = (record.plan.scenarios.isEmpty ? record.scenarioTotals.map(\.name) : record.plan.scenarios)
            .joined(separator: ", ")
        planned = record.plan.loadText(steps: record.steps)
        usersPlanned = main.planned.users
        effective = main.effectiveConcurrency
        wasReached = record.steps.allSatisfy(\.wasReached)
        perSecond = figures.perSecond
        p50 = figures.fromIntended.percentile(50)
        p99 = figures.fromIntended.percentile(99)
        max = record.steps.flatMap(\.scenarios).map(\.fromIntended.max).max() ?? 0
        requests = record.requests
        failures = record.failures
        freezes = record.serverFreezes.count
        verdict = record.verdict
        importedFrom = record.importedFrom
    }

    package var startedAt: Moment { Moment(microseconds: startedAtMicroseconds) }
}
