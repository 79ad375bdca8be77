package import LoadRecord

extension LadderAnalysis {
    /// What the steps say of each scenario that has two levels or more, in the order of the steps. Only steps with one
    /// scenario each are levels of a ladder.
    package static func all(of steps: [StepRecord]) -> [LadderAnalysis] {
        var names: [String] = []
        for step in steps {
            if step.scenarios.count == 1, let name = step.scenarios.first?.name, !names.contains(name) {
                names.append(name)
            }
        }
        return names.compactMap { name in
            LadderAnalysis(scenario: name, levels: LadderLevel.levels(of: name, in: steps))
        }
    }

    /// - Returns: nil below two levels.
    init?(scenario: String, levels: [LadderLevel]) {
        guard levels.count >= 2, let least = levels.map(\.meanSeconds).min(), least > 0 else { return nil }
        self.init()
        self.scenario = scenario
        throughputMax = levels.map(\.perSecond).max() ?? 0
        latencyMinSeconds = least
        kneeUsers = throughputMax * least
        scalability = ScalabilityFit(levels: levels)
    }
}

/// One level of a ladder, by what was really under way.
struct LadderLevel: Sendable, Hashable {
    var users: Int?
    var concurrency: Double
    var perSecond: Double
    var meanSeconds: Double
    /// Microseconds, from intended time.
    var p99: Int
    var wasReached: Bool

    /// In ascending order of concurrency; levels in which nothing succeeded say nothing.
    static func levels(of scenario: String, in steps: [StepRecord]) -> [LadderLevel] {
        steps.compactMap { step -> LadderLevel? in
            guard step.scenarios.count == 1, let figures = step.scenarios.first, figures.name == scenario,
                figures.succeeded > 0, figures.perSecond > 0, step.effectiveConcurrency > 0
            else { return nil }
            return LadderLevel(
                users: step.planned.users, concurrency: step.effectiveConcurrency, perSecond: figures.perSecond,
                meanSeconds: figures.service.mean / 1e6, p99: figures.fromIntended.percentile(99),
                wasReached: step.wasReached)
        }.sorted { $0.concurrency < $1.concurrency }
    }
}

extension RunRecord {
    /// One per scenario that has levels of users. The record's own are taken where it has them, for the fit takes a while.
    var laddersOfUsers: [LadderAnalysis] {
        guard plan.model == .closed else { return [] }
        return ladders ?? LadderAnalysis.all(of: steps)
    }
}
