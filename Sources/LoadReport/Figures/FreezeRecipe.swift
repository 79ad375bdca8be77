package import LoadRecord

/// What once froze a server: a run that passes below this concurrency has not shown that it is mended.
package struct FreezeRecipe: Hashable, Sendable {
    package let scenario: String
    /// Requests in flight when it froze.
    package let concurrency: Int
    package let runID: String

    package init(scenario: String, concurrency: Int, runID: String) {
        (self.scenario, self.concurrency, self.runID) = (scenario, concurrency, runID)
    }

    /// Of an earlier run's freezes, the one with the fewest requests in flight for each scenario: the mildest load that
    /// is known to be too much.
    package static func recipes(of record: RunRecord) -> [FreezeRecipe] {
        record.serverFreezes.filter { $0.kind != .slow && $0.inFlight > 0 }.flatMap { freeze in
            (freeze.scenarios.isEmpty ? record.plan.scenarios : freeze.scenarios).map {
                FreezeRecipe(scenario: $0, concurrency: freeze.inFlight, runID: record.id)
            }
        }.mildest
    }

    /// Users at once are never quite as many as are planned: the same tolerance as for NOT REACHED.
    func isReached(by concurrency: Double) -> Bool {
        LittlesLaw.isReached(concurrency: concurrency, users: self.concurrency)
    }

    /// "run 20261125-140210-createkey-u20 froze in createkey with 20 in flight, this run had 1.98"; nil when the run was
    /// there.
    func shortfall(of record: RunRecord) -> String? {
        let had = record.effectiveConcurrency(of: scenario)
        guard !isReached(by: had) else { return nil }
        return "run \(runID) froze in \(scenario) with \(concurrency) in flight, this run "
            + (had > 0 ? "had \(Figure.number(had))" : "sent none of it")
    }
}

extension [FreezeRecipe] {
    /// Of each scenario the one with the fewest requests in flight.
    var mildest: [FreezeRecipe] {
        Dictionary(map { ($0.scenario, $0) }, uniquingKeysWith: { $1.concurrency < $0.concurrency ? $1 : $0 })
            .values.sorted { $0.scenario < $1.scenario }
    }
}

extension RunRecord {
    /// What the run must not claim, for it never was where earlier runs froze: of each scenario the mildest.
    package func untested(_ recipes: [FreezeRecipe]) -> [String] {
        recipes.mildest.filter { plan.scenarios.contains($0.scenario) }.compactMap { recipe in
            recipe.shortfall(of: self).map { "Not tested at the concurrency that froze before: \($0)." }
        }
    }

    /// The highest of all steps with the scenario.
    func effectiveConcurrency(of scenario: String) -> Double {
        steps.filter { $0.planned.scenarios.contains(scenario) }.map(\.effectiveConcurrency).max() ?? 0
    }
}
