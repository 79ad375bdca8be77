internal import LoadRecord

/// What once froze a server: a run that passes below this concurrency has not shown that it is mended.
struct FreezeRecipe: Hashable, Sendable {
    let scenario: String
    /// Requests in flight when it froze.
    let concurrency: Int
    let runID: String

    /// Of an earlier run's freezes, the one with the fewest requests in flight for each scenario: the mildest load that
    /// is known to be too much.
    static func recipes(of record: RunRecord) -> [FreezeRecipe] {
        var least: [String: Int] = [:]
        for freeze in record.freezes where freeze.kind != .generatorStalled && freeze.kind != .slow {
            let scenarios = freeze.scenarios.isEmpty ? record.plan.scenarios : freeze.scenarios
            for scenario in scenarios where freeze.inFlight > 0 {
                least[scenario] = min(least[scenario] ?? .max, freeze.inFlight)
            }
        }
        return least.sorted { $0.key < $1.key }.map { FreezeRecipe(scenario: $0, concurrency: $1, runID: record.id) }
    }
}

extension RunRecord {
    /// What the run must not claim, for it never was where earlier runs froze: of each scenario the nearest.
    func untested(_ recipes: [FreezeRecipe]) -> [String] {
        plan.scenarios.compactMap { scenario in
            let concurrency = effectiveConcurrency(of: scenario)
            // Users at once are never quite as many as are planned: the same tolerance as for NOT REACHED.
            let beyond = recipes.filter { $0.scenario == scenario && 0.8 * Double($0.concurrency) > concurrency }
            let reached = recipes.contains { $0.scenario == scenario && 0.8 * Double($0.concurrency) <= concurrency }
            guard !reached, let nearest = beyond.min(by: { $0.concurrency < $1.concurrency }) else { return nil }
            return "Not tested at the concurrency that froze before: run \(nearest.runID) froze in \(scenario) with "
                + "\(nearest.concurrency) in flight, this run had \(concurrency.figure)."
        }
    }

    /// The highest of all steps with the scenario.
    func effectiveConcurrency(of scenario: String) -> Double {
        steps.filter { $0.planned.scenarios.contains(scenario) }.map(\.effectiveConcurrency).max() ?? 0
    }
}
