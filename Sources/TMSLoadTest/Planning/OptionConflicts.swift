/// Options that have no meaning beside each other. Taken in silence, one of them would do nothing, and whoever gave it
/// would believe that it did.
struct OptionConflicts {
    private struct Rule {
        /// What each of the others does nothing beside.
        let name: String
        let others: [String]
        /// What to do in place of it.
        var reason = ""
    }

    /// Those that decide by themselves what is run.
    private let recipes: [String]
    private let given: Set<String>

    init(load: LoadOptions, judging: JudgingOptions) {
        let suite = load.suite.map { "--suite \($0.rawValue)" }
        // The suite's levels may be one's own.
        let isOneLadder = load.suite == .ladder && load.ladder != nil
        recipes = [
            suite, load.ladder != nil && !isOneLadder ? "--ladder" : nil, judging.findMax.map { _ in "--find-max" },
            load.stages.map { _ in "--stages" }, load.testPlan.map { _ in "--test-plan" },
        ].compactMap(\.self)
        let options = [
            ("--users", load.users != nil), ("--iterations", load.iterations != nil),
            ("--run-time", load.runTime != nil), ("--rate", load.rate != nil),
            ("--hatch-rate", load.hatchRate != nil), ("--startup-time", load.startupTime != nil),
            ("--throttle-requests", load.throttleRequests != nil), ("--goose-defaults", load.gooseDefaults),
            ("--step-time", load.stepTime != nil), ("--fail-on", !judging.failOn.isEmpty),
        ]
        given = Set(options.filter(\.1).map(\.0) + recipes)
    }

    private static let rules: [Rule] =
        [
            Rule(name: "--hatch-rate", others: ["--startup-time"]),
            Rule(name: "--rate", others: ["--users"], reason: "arrivals at a rate know no users"),
            Rule(name: "--rate", others: ["--iterations"], reason: "a rate goes on for --run-time"),
            Rule(name: "--rate", others: ["--throttle-requests", "--goose-defaults"]),
            Rule(name: "--suite smoke", others: ["--run-time"], reason: "it ends with its --iterations"),
            Rule(name: "--suite smoke", others: ["--rate"], reason: "it is made of users"),
            Rule(name: "--find-max", others: ["--fail-on"], reason: "conditions belong in the goal"),
            Rule(
                name: "--find-max", others: ["--users", "--iterations", "--throttle-requests", "--goose-defaults"],
                reason: "it searches a rate, and --rate is where it begins"),
        ]
        + ["--suite ladder", "--ladder"].flatMap { ladder in
            [
                Rule(name: ladder, others: ["--run-time"], reason: "use --step-time"),
                Rule(name: ladder, others: ["--rate"], reason: "its levels are numbers of users"),
                Rule(name: ladder, others: ["--users"], reason: "name its levels: --ladder 1,5,10"),
            ]
        }
        + ["--stages", "--test-plan"].map { stages in
            Rule(
                name: stages, others: ["--run-time", "--users", "--iterations", "--rate"],
                reason: "each stage says how much and how long")
        }

    var problems: [Problem] {
        var problems = Self.rules.filter { given.contains($0.name) }.flatMap { rule in
            rule.others.filter(given.contains).map { other in
                Problem(
                    "\(rule.name) and \(other) exclude each other" + (rule.reason.isEmpty ? "" : ": \(rule.reason)"))
            }
        }
        if recipes.count > 1 { problems.append(Problem("\(recipes.joined(separator: " and ")) exclude each other")) }
        if given.contains("--step-time"), given.isDisjoint(with: ["--suite ladder", "--ladder", "--find-max"]) {
            problems.append(
                Problem("--step-time goes with --suite ladder, --ladder or --find-max", remedy: "use --run-time"))
        }
        return problems
    }
}
