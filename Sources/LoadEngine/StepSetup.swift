internal import LoadRecord

/// A planned step, worked out for the lanes.
struct StepSetup: Sendable {
    let scenarios: [Scenario]
    let usersCount: Int
    let orders: [StepOrder]
    /// Moments of the monotonic clock.
    let startsAt: Int
    let lineFrom: Int?
    /// By when everybody should stand at the start line, if the server answers at all.
    let lineLimit: Int
    let measuresFrom: Int?
    let measuredNanoseconds: Int?
    /// Requests that the users are to make together.
    let iterationsTotal: Int?
    let hasSchedule: Bool
    let isOpen: Bool

    /// - Parameter connectionsMax: the most in the open model, when the step does not say.
    init(
        _ step: PlannedStep, of plan: LoadPlan, target: LoadTarget, book: RequestBook, lanes: Int, startsAt: Int,
        connectionsMax: Int
    ) throws(LoadEngineError) {
        let scenarios = try Self.scenarios(step, plan)
        for scenario in scenarios {
            if let refusal = book.refusal(of: scenario, among: scenarios, target: target) { throw refusal }
        }
        guard step.seconds != nil || step.iterations != nil else {
            throw LoadEngineError("the step \(step.name) has no end: it needs iterations or seconds")
        }
        isOpen = plan.model == .open
        usersCount = try Self.users(step, plan, connectionsMax)
        let users = usersCount
        func nanoseconds(_ seconds: Double) -> Int { Int(seconds * 1e9) }
        let ramp = isOpen ? 0 : nanoseconds(step.startSeconds)
        let warmUp = nanoseconds(step.warmUpSeconds)
        let waitsAtLine = step.iterations != nil && !isOpen && !plan.startsLikeGoose
        let lineFrom = waitsAtLine ? startsAt + (warmUp > 0 ? ramp + warmUp : 0) : nil
        let measuresFrom = waitsAtLine ? nil : plan.startsLikeGoose && !isOpen ? startsAt : startsAt + ramp + warmUp
        let placesMax = isOpen ? step.users ?? max(users, connectionsMax) : users
        let measured = step.seconds.map(nanoseconds)
        let rate = isOpen ? step.rate : plan.throttlePerSecond.map(Double.init)
        let openCount = isOpen ? step.iterations.map { $0 * (step.users ?? 1) } : nil
        let checks = scenarios.map { scenario in
            AnswerCheck(
                scenario, checksBody: plan.parsesResponses && target.checksBodies,
                readsFingerprint: book.feedsKeys(scenarios))
        }
        orders = (0..<lanes).map { lane in
            let numbers = Array(stride(from: lane, to: users, by: lanes))
            var arrivals = StepOrder.Arrivals.answers
            if let rate, !numbers.isEmpty {
                // Each lane has its share of the rate, and begins a little after the one before.
                let share = Double(numbers.count) / Double(users)
                arrivals = .clock(
                    Schedule(from: startsAt, offset: Double(lane) / rate * 1e9, interval: 1e9 / (rate * share)))
            }
            let requestsMax =
                plan.model == .open
                ? openCount.map { $0 / lanes + (lane < $0 % lanes ? 1 : 0) }
                : step.iterations.map { $0 * numbers.count }
            return StepOrder(
                scenarios: scenarios, checks: checks, arrivals: arrivals, isOpen: plan.model == .open, users: numbers,
                placesMax: placesMax / lanes + (lane < placesMax % lanes ? 1 : 0), lanes: lanes,
                iterations: step.iterations, requestsMax: requestsMax, startsAt: startsAt,
                startInterval: Double(ramp) / Double(users), lineFrom: lineFrom, measuresFrom: measuresFrom,
                measuredNanoseconds: measured, startsWithFirst: book.feedsKeys(scenarios))
        }
        (self.scenarios, self.startsAt, self.lineFrom, self.measuresFrom) = (
            scenarios, startsAt, lineFrom, measuresFrom
        )
        measuredNanoseconds = measured
        lineLimit = startsAt + ramp + warmUp + nanoseconds(target.timeoutSeconds + target.connectTimeoutSeconds)
        iterationsTotal = isOpen ? openCount : step.iterations.map { $0 * users }
        hasSchedule = rate != nil
    }

    private static func scenarios(_ step: PlannedStep, _ plan: LoadPlan) throws(LoadEngineError) -> [Scenario] {
        var scenarios: [Scenario] = []
        for name in step.scenarios.isEmpty ? plan.scenarios : step.scenarios {
            guard let scenario = Scenario(rawValue: name) else {
                let known = Scenario.allCases.map(\.rawValue).joined(separator: ", ")
                throw LoadEngineError("no scenario is called \(name); there are \(known)")
            }
            if !scenarios.contains(scenario) { scenarios.append(scenario) }
        }
        guard !scenarios.isEmpty else { throw LoadEngineError("the step \(step.name) has no scenario") }
        return scenarios
    }

    /// In the open model: how many requests can be in flight at once, to begin with.
    private static func users(
        _ step: PlannedStep, _ plan: LoadPlan, _ connectionsMax: Int
    ) throws(LoadEngineError) -> Int {
        if plan.model == .closed {
            guard let users = step.users, users > 0 else { throw LoadEngineError("the step \(step.name) has no users") }
            return users
        }
        guard let rate = step.rate, rate > 0, rate.isFinite else {
            throw LoadEngineError("the step \(step.name) has no rate")
        }
        if let users = step.users { return max(1, users) }
        let some = (rate * LoadEngine.openModelSeconds).rounded(.up)
        return min(max(LoadEngine.openModelConnectionsMin, Int(min(some, Double(connectionsMax)))), connectionsMax)
    }
}
