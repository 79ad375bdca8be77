internal import LoadRecord

/// What can be said of a plan before it is carried out: above all, what it cannot reach.
///
/// By Little's law: users at once = how many start per second × how long each stays.
struct Forecast: Sendable {
    /// Mean seconds per request of each scenario by name, as a few requests before the run took.
    let latencies: [String: Double]
    let keepAlive: Bool

    /// Of a mix each scenario has an equal part.
    private func latency(of step: PlannedStep) -> Double? {
        let known = step.scenarios.compactMap { latencies[$0] }
        return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
    }

    /// Users that start per second where each begins at once and ends with its iterations, so that those who came first
    /// are done before the last ones start; nil where users wait for each other, or all start at the same moment.
    private func ramp(of step: PlannedStep, in plan: LoadPlan) -> (perSecond: Double, iterations: Int)? {
        guard plan.startsLikeGoose, let users = step.users, let iterations = step.iterations, step.startSeconds > 0
        else {
            return nil
        }
        return (Double(users) / step.startSeconds, iterations)
    }

    /// Sentences about a plan, those that say something new.
    func sentences(for plan: LoadPlan) -> [String] {
        var sentences: [String] = []
        for step in plan.steps {
            for sentence in self.sentences(for: step, of: plan) where !sentences.contains(sentence) {
                sentences.append(sentence)
            }
        }
        return sentences
    }

    /// How many users will have a request in flight at once, at least and at most; nil where the plan does not keep it
    /// below the users it names.
    func overlap(of step: PlannedStep, in plan: LoadPlan) -> ClosedRange<Double>? {
        guard let users = step.users, users > 1, let latency = latency(of: step) else { return nil }
        var limits: [Double] = []
        if let ramp = ramp(of: step, in: plan) { limits.append(ramp.perSecond * Double(ramp.iterations) * latency) }
        if let throttle = plan.throttlePerSecond { limits.append(Double(throttle) * latency) }
        guard let limit = limits.min(), limit < 0.8 * Double(users) else { return nil }
        // Under load requests take longer than the few that were tried; twice that is what such runs have shown.
        return Swift.max(limit, 1)...Swift.min(Swift.max(2 * limit, 1), Double(users))
    }

    private func sentences(for step: PlannedStep, of plan: LoadPlan) -> [String] {
        var sentences: [String] = []
        if let overlap = overlap(of: step, in: plan), let users = step.users, let latency = latency(of: step) {
            let (low, high) = (Int(overlap.lowerBound.rounded()), Int(overlap.upperBound.rounded(.up)))
            let about = low == high ? "\(low)" : "\(low)-\(high)"
            let throttle = plan.throttlePerSecond
            var ramp = ramp(of: step, in: plan)
            // The lower of the two keeps users apart.
            if let most = ramp.map({ $0.perSecond * Double($0.iterations) }), let throttle, Double(throttle) < most {
                ramp = nil
            }
            var why = "a request takes about \(Int(latency * 1_000_000).microseconds)"
            if let ramp {
                let stay = TimeSpan(seconds: Double(ramp.iterations) * latency)
                why += ", so each user is done with \(ramp.iterations.grouped) of them \(stay) after it started"
                why += " while only \(ramp.perSecond.figure) start per second"
            } else if let throttle {
                why += " and \(throttle.grouped) are due per second"
            }
            sentences.append("\(step.name): about \(about) of \(users) users will overlap: \(why).")
            if let ramp {
                let most = ramp.perSecond * Double(ramp.iterations)
                sentences.append(
                    "\(step.name): no more than \(most.figure) requests/s can come of it, however fast the server is; "
                        + "without --goose-defaults all \(users) users start together.")
            }
        }
        if let rate = step.rate, !keepAlive, rate * Self.timeWaitSeconds > Self.ports {
            sentences.append(
                "\(step.name): without keep-alive each request uses up a port for a minute, so that not more than "
                    + "\((Self.ports / Self.timeWaitSeconds).figure)/s can last; \(rate.figure)/s are planned.")
        }
        if let users = step.users, let iterations = step.iterations, let latency = latency(of: step),
            step.seconds == nil,
            !plan.startsLikeGoose, Double(iterations) * latency < 1
        {
            sentences.append(
                "\(step.name): with \(iterations.grouped) requests of "
                    + "\(Int(latency * 1_000_000).microseconds) each, \(users.of("user")) will be done in about "
                    + "\(TimeSpan(seconds: Double(iterations) * latency)): too short for a rate to mean much.")
        }
        return sentences
    }

    /// What Linux has by default: ports 32768 to 60999, each kept for a minute after its connection was closed.
    private static let ports = 28_232.0
    private static let timeWaitSeconds = 60.0
}
