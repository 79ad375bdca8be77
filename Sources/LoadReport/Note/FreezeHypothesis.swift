internal import LoadRecord

/// "freezes at 10 users", "the freeze is fixed"
enum FreezeHypothesis {
    private static let sources = ["freezes", "steps.effectiveConcurrency", "steps.scenarios.succeeded"]

    /// - Parameter isAlone: it speaks of nothing else that can be judged.
    /// - Returns: nil when it does not speak of freezes, or only to say when something else happens, and it did freeze.
    static func finding(
        _ record: RunRecord, _ wording: Wording, earlierFreezes: [FreezeRecipe], isAlone: Bool
    ) -> HypothesisCheck.Finding? {
        let noun = /\b(?:freez|froze|hang|hung|stall|stuck|deadlock|fails? at)\w*/
        guard !wording.clauses(with: noun).isEmpty else { return nil }
        if !isAlone, wording.isCircumstance(noun) {
            return record.serverFreezes.isEmpty
                ? .init(judgement: .notTested, reason: "it did not freeze", sources: ["freezes"]) : nil
        }
        guard let freezes = saysThatItFreezes(wording, noun) else { return .notUnderstood("freezes") }
        let users = wording.text.firstMatch(of: /(\d+) *(?:concurrent )*(?:users|user|threads|clients)/)
            .flatMap { Int($0.1) }
        if let freeze = record.serverFreezes.first { return frozen(record, freeze, users: users, freezes: freezes) }
        guard record.importedFrom == nil else { return nil }
        let named = Set(LoadPlan.scenariosKnown.filter { wording.text.contains($0) })
        let missing = named.subtracting(record.plan.scenarios)
        guard missing.isEmpty else {
            return .init(
                judgement: .notTested, reason: "no \(missing.sorted().joined(separator: " and no ")) was sent",
                sources: ["plan.scenarios"])
        }
        return clean(record, users: users, named: named, earlierFreezes.mildest).turned(if: !freezes)
    }

    private static func saysThatItFreezes(_ wording: Wording, _ noun: Regex<Substring>) -> Bool? {
        let mended =
            #/
            \b(?:is|are|was|been|be|now)\s(?:now\s|really\s)?(?:fixed|solved|gone|mended|cured|repaired|resolved)\b
            | \b(?:freeze|hang|stall|deadlock)s?\s(?:fixed|solved|gone)\b
            | \b(?:fixes|solves|cures|mends|disappear|vanish)\w*
            | \b(?:no\slonger|not|never|\w+n't)\s(?:\w+\s)?(?:come|return|recur|happen|occur|appear)\w*
            /#
        let unmended = /\b(?:is|are|was)(?: not|n't) (?:\w+ )?(?:fixed|solved|gone|mended|cured|repaired|resolved)\b/
        if let isMended = wording.says(of: noun, mended, not: unmended) { return !isMended }
        // "a fixed pool makes it freeze", "freeze at 10 users fixed"
        let remedy = /\b(?:fixe[ds]|solved|gone|mended|cured|repaired|resolved)\b/
        guard !wording.clauses(with: noun).contains(where: { $0.contains(remedy) }) else { return nil }
        return wording.says(of: noun, noun)
    }

    private static func frozen(
        _ record: RunRecord, _ freeze: FreezeRecord, users: Int?, freezes: Bool
    ) -> HypothesisCheck.Finding {
        let under = record.steps.last { $0.offsetSeconds <= freeze.offsetSeconds }
        let at = record.moment(at: freeze.offsetSeconds).clock
        if let users, let planned = under?.planned.users, planned < users, freezes {
            return .init(
                judgement: .supports, reason: "it froze at \(at) UTC, with \(planned) users already", sources: sources)
        }
        let load = under.map { " at \($0.loadText)" } ?? ""
        return .init(
            judgement: freezes ? .supports : .contradicts,
            reason: "it froze at \(at) UTC\(load) with \(Figure.count(freeze.inFlight)) in flight", sources: sources)
    }

    /// What a run without a freeze says of the hypothesis that the server freezes. That it is fixed is refused below the
    /// concurrency at which it failed: that of earlier runs, that which the hypothesis names, or, when neither is known,
    /// that of the note that started this.
    /// - Parameters:
    ///   - named: the scenarios that it names; none: it speaks of all.
    ///   - mildest: of each scenario that froze before the mildest load.
    private static func clean(
        _ record: RunRecord, users: Int?, named: Set<String>, _ mildest: [FreezeRecipe]
    ) -> HypothesisCheck.Finding {
        let recipes = mildest.filter { named.isEmpty || named.contains($0.scenario) }
        let wanted = users ?? (recipes.isEmpty ? RareFreeze.noteUsers : nil)
        let most = record.steps.map(\.effectiveConcurrency).max() ?? 0
        var shortfalls = recipes.compactMap { $0.shortfall(of: record) }
        if let wanted, !LittlesLaw.isReached(concurrency: most, users: wanted) {
            let why = users == nil ? ", at which the freeze was first seen" : ""
            shortfalls.append(
                "only \(Figure.number(most)) requests were under way at once, not \(wanted)\(why)")
        }
        guard shortfalls.isEmpty else {
            return .init(judgement: .notTested, reason: shortfalls.joined(separator: "; "), sources: sources)
        }
        let enough = answered(record, users: wanted, named: named, recipes)
        let chance = RareFreeze(requests: enough).chanceOfPassing()
        return .init(
            judgement: chance < 0.05 ? .contradicts : .notTested,
            reason: "no freeze in \(Figure.count(enough)) requests, which a server that freezes once in "
                + "\(Figure.count(RareFreeze.noteRequestsPerFreeze)) passes with a chance of \(Figure.percent(chance))",
            sources: sources)
    }

    /// Requests that were answered at the concurrency that counts: of the scenarios that froze one run all of them, for
    /// their mix froze it; where several runs froze, the fewest.
    private static func answered(
        _ record: RunRecord, users: Int?, named: Set<String>, _ recipes: [FreezeRecipe]
    ) -> Int {
        let steps = record.steps.filter { step in
            users.map { LittlesLaw.isReached(concurrency: step.effectiveConcurrency, users: $0) } ?? true
        }
        func answered(_ recipe: FreezeRecipe) -> Int {
            steps.filter { recipe.isReached(by: $0.effectiveConcurrency) }.flatMap(\.scenarios)
                .filter { $0.name == recipe.scenario }.reduce(0) { $0 + $1.succeeded }
        }
        let runs = Dictionary(grouping: recipes, by: \.runID).values.map { $0.map(answered).reduce(0, +) }
        let spokenOf = steps.flatMap(\.scenarios).filter { named.isEmpty || named.contains($0.name) }
        return runs.min() ?? spokenOf.reduce(0) { $0 + $1.succeeded }
    }
}
