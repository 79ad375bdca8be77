internal import LoadEngine
internal import LoadRecord

/// Makes a plan of the options, or says everything that is wrong with them.
struct PlanMaker {
    let load: LoadOptions
    let judging: JudgingOptions
    let timeoutSeconds: Double
    let parsesResponses: Bool

    private(set) var problems: [Problem] = []
    /// The goal of `--find-max`.
    private(set) var goal: [Condition] = []
    private(set) var limits: [Condition] = []

    init(load: LoadOptions, judging: JudgingOptions, timeoutSeconds: Double, parsesResponses: Bool) {
        (self.load, self.judging) = (load, judging)
        (self.timeoutSeconds, self.parsesResponses) = (timeoutSeconds, parsesResponses)
    }

    static let usersStandard = 10
    static let usersMax = 50_000
    /// Per user.
    static let iterationsMax = 1_000_000_000
    /// Requests per second: of a rate, a throttle and the search for the highest rate.
    static let rateMax = 1_000_000
    /// From one request to the next, about a quarter of an hour: what is rarer is no load.
    static let rateMin = 0.001
    /// Levels of a ladder, or stages.
    static let levelsMax = 1_000
    static let secondsStandard = 60.0
    static let levelsStandard = [1, 5, 10, 25, 50, 100]

    /// The plan; worth something only when ``problems`` stays empty.
    mutating func make() -> LoadPlan {
        var plan = LoadPlan()
        let scenarios = chosenScenarios()
        plan.scenarios = scenarios.map(\.rawValue)
        plan.throttlePerSecond = load.throttleRequests
        plan.timeoutSeconds = timeoutSeconds
        plan.keys = load.keys.rawValue
        plan.parsesResponses = parsesResponses
        plan.startsLikeGoose = load.gooseDefaults
        readConditions()
        check()
        if let suite = load.suite {
            switch suite {
            case .smoke: (plan.kind, plan.steps) = (.smoke, smoke(scenarios))
            case .ladder: (plan.kind, plan.steps) = (.ladder, ladder(scenarios))
            case .soak: (plan.kind, plan.steps) = (.soak, [step("soak", plan.scenarios, secondsStandard: 3600)])
            }
        } else if judging.findMax != nil {
            plan.kind = .findMax
        } else if let stages = stages() {
            (plan.kind, plan.steps) = (.stages, stages.enumerated().map { step(of: $1, number: $0, plan.scenarios) })
        } else if load.ladder != nil {
            (plan.kind, plan.steps) = (.ladder, ladder(scenarios))
        } else {
            plan.steps = [step(plan.scenarios.joined(separator: "+"), plan.scenarios)]
        }
        plan.model = plan.kind == .findMax || plan.steps.contains { $0.rate != nil } ? .open : .closed
        check(plan)
        return plan
    }

    private mutating func chosenScenarios() -> [Scenario] {
        guard let list = load.scenarios else { return Scenario.allCases }
        let (scenarios, unknown) = Scenario.named(list)
        let names = Scenario.allCases.map(\.rawValue).joined(separator: ", ")
        if !unknown.isEmpty {
            problems.append(
                Problem("there is no scenario \(unknown.joined(separator: ", "))", remedy: "there are \(names)"))
        } else if scenarios.isEmpty {
            problems.append(Problem("--scenarios names none", remedy: "there are \(names)"))
        }
        return scenarios
    }

    private mutating func readConditions() {
        do {
            if let text = judging.findMax { goal = try Condition.list(text) }
        } catch {
            problems.append(Problem("--find-max: \(error.reason)"))
        }
        for condition in goal where condition.duration != nil {
            problems.append(Problem("--find-max: \"\(condition.text)\" cannot have a \"for\": each try is one whole"))
        }
        for text in judging.failOn {
            do {
                limits.append(try Condition(text))
            } catch {
                problems.append(Problem("--fail-on: \(error.reason)"))
            }
        }
    }

    private mutating func check() {
        func refuse(_ isWrong: Bool, _ text: String) { if isWrong { problems.append(Problem(text)) } }
        refuse(load.users.map { !(1...Self.usersMax).contains($0) } ?? false, "--users must be 1 to \(Self.usersMax)")
        refuse(
            load.iterations.map { !(1...Self.iterationsMax).contains($0) } ?? false,
            "--iterations must be 1 to \(Self.iterationsMax)")
        refuse(load.rate.map { !Self.isRate($0) } ?? false, "--rate must be \(Self.rateMin) to \(Self.rateMax)")
        refuse(
            load.throttleRequests.map { !(1...Self.rateMax).contains($0) } ?? false,
            "--throttle-requests must be 1 to \(Self.rateMax)")
        refuse(load.hatchRate.map { !($0 > 0) } ?? false, "--hatch-rate must be above 0")
        refuse(load.runTime.map { $0.seconds <= 0 } ?? false, "--run-time must be above 0")
        refuse(load.stepTime.map { $0.seconds <= 0 } ?? false, "--step-time must be above 0")
        refuse(timeoutSeconds <= 0, "--timeout must be above 0")
        refuse(judging.freezeAfter.map { $0.seconds < 0.5 } ?? false, "--freeze-after must be half a second or more")
        let times = [
            ("--run-time", load.runTime), ("--step-time", load.stepTime), ("--warmup", load.warmup),
            ("--startup-time", load.startupTime), ("--freeze-after", judging.freezeAfter),
            ("--timeout", TimeSpan(seconds: timeoutSeconds)),
        ]
        for (name, time) in times { refuse(time?.isTooLong ?? false, "\(name) must be at most a year") }
        problems += OptionConflicts(load: load, judging: judging).problems
    }

    private static func isRate(_ rate: Double) -> Bool { rate >= rateMin && rate <= Double(rateMax) }

    /// What only the whole plan shows.
    private mutating func check(_ plan: LoadPlan) {
        if let slow = plan.steps.first(where: { TimeSpan(seconds: $0.startSeconds).isTooLong }), load.hatchRate != nil {
            problems.append(
                Problem("--hatch-rate is too low: \((slow.users ?? 0).of("user")) would start over more than a year"))
        }
        let usesAccounts = [Scenario.createkey, .getkey].contains { plan.scenarios.contains($0.rawValue) }
        if load.accounts != nil, !usesAccounts {
            problems.append(Problem("--accounts goes with the scenarios createkey and getkey: no other names one"))
        }
    }

    private var warmUp: TimeSpan? { load.noResetMetrics ? TimeSpan(seconds: 0) : load.warmup }

    private func startSeconds(users: Int) -> Double {
        if let rate = load.hatchRate, rate > 0 { return Double(users) / rate }
        if let time = load.startupTime { return time.seconds }
        return load.gooseDefaults ? Double(users) : 1
    }

    /// One step of users or of a rate, as the plain options say.
    private func step(_ name: String, _ scenarios: [String], secondsStandard: Double? = nil) -> PlannedStep {
        var step = PlannedStep()
        step.name = name
        step.scenarios = scenarios
        step.iterations = load.iterations
        step.seconds = load.runTime?.seconds
        if step.iterations == nil, step.seconds == nil { step.seconds = secondsStandard ?? Self.secondsStandard }
        if let rate = load.rate {
            step.rate = rate
        } else {
            step.users = load.users ?? Self.usersStandard
            step.startSeconds = startSeconds(users: load.users ?? Self.usersStandard)
        }
        step.warmUpSeconds = warmUp?.seconds ?? standardWarmUp(of: step)
        return step
    }

    /// A number of requests is meant to be exact, and a short time is meant to be seen whole.
    private func standardWarmUp(of step: PlannedStep) -> Double {
        guard step.iterations == nil, let seconds = step.seconds, seconds >= 20 else { return 0 }
        return min(seconds / 10, 10)
    }

    private func smoke(_ scenarios: [Scenario]) -> [PlannedStep] {
        scenarios.map { scenario in
            var step = PlannedStep()
            step.users = load.users ?? 1
            step.iterations = load.iterations ?? 100
            step.startSeconds = 0
            step.scenarios = [scenario.rawValue]
            step.name = "smoke/\(scenario.rawValue) users=\(step.users ?? 1)"
            return step
        }
    }

    private mutating func ladder(_ scenarios: [Scenario]) -> [PlannedStep] {
        let text = load.ladder ?? Self.levelsStandard.map(String.init).joined(separator: ",")
        let levels = text.split(separator: ",").map { Int($0.trimmed) }
        guard 1...Self.levelsMax ~= levels.count, levels.allSatisfy({ (1...Self.usersMax).contains($0 ?? 0) }) else {
            problems.append(
                Problem(
                    "--ladder \(text.prefix(80)) is no list of up to \(Self.levelsMax) numbers of users, each 1 to "
                        + "\(Self.usersMax)", remedy: "such as 1,5,10,25,50,100"))
            return []
        }
        return scenarios.flatMap { scenario in
            levels.compactMap { $0 }.map { users in
                var step = PlannedStep()
                step.users = users
                step.seconds = load.stepTime?.seconds
                step.iterations = load.iterations ?? (load.stepTime == nil ? 1000 : nil)
                step.startSeconds = startSeconds(users: users)
                step.warmUpSeconds = warmUp?.seconds ?? standardWarmUp(of: step)
                step.scenarios = [scenario.rawValue]
                step.name = "ladder/\(scenario.rawValue) users=\(users)"
                return step
            }
        }
    }

    private mutating func stages() -> [Stage]? {
        let (name, text, stages) =
            load.stages.map { ("--stages", $0, Stage.list($0)) }
            ?? load.testPlan.map { ("--test-plan", $0, Stage.testPlan($0)) } ?? ("", "", nil)
        if name.isEmpty { return nil }
        guard let stages else {
            problems.append(Problem("\(name) '\(text)' cannot be read", remedy: "write '10,60s;50,60s' or '100/s,60s'"))
            return []
        }
        let limits = [
            (stages.count <= Self.levelsMax, "at most \(Self.levelsMax) stages"),
            (stages.allSatisfy { $0.users ?? 1 <= Self.usersMax }, "at most \(Self.usersMax) users"),
            (stages.allSatisfy { $0.rate.map(Self.isRate) ?? true }, "rates of \(Self.rateMin) to \(Self.rateMax)/s"),
            (stages.allSatisfy { !TimeSpan(seconds: $0.seconds).isTooLong }, "at most a year for each"),
            (
                !stages.contains { $0.startSeconds.map { TimeSpan(seconds: $0).isTooLong } ?? false },
                "at most a year to start"
            ),
        ]
        problems += limits.filter { !$0.0 }.map { Problem("\(name) takes \($0.1)") }
        return limits.allSatisfy(\.0) ? stages : []
    }

    private func step(of stage: Stage, number: Int, _ scenarios: [String]) -> PlannedStep {
        var step = PlannedStep()
        step.scenarios = scenarios
        (step.users, step.rate, step.seconds) = (stage.users, stage.rate, stage.seconds)
        step.startSeconds = stage.startSeconds ?? stage.users.map { startSeconds(users: $0) } ?? 0
        step.warmUpSeconds = warmUp?.seconds ?? 0
        step.name =
            "stage \(number + 1) " + (stage.users.map { "users=\($0)" } ?? "rate=\((stage.rate ?? 0).figure)/s")
        return step
    }

    /// A try of the search for the highest rate.
    func attempt(rate: Double, seconds: Double, warmUp: Double, name: String, of plan: LoadPlan) -> PlannedStep {
        var step = PlannedStep()
        step.name = name
        step.scenarios = plan.scenarios
        step.rate = rate
        step.seconds = seconds
        step.warmUpSeconds = warmUp
        step.startSeconds = 0
        return step
    }
}
