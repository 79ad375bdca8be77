internal import LoadRecord

/// What is said before the first request: against what, how much, and what cannot come of it.
struct Announcement {
    let settings: RunSettings
    let preflight: Preflight
    let forecast: [String]

    var lines: [String] {
        var target = "Target    \(settings.address.url)"
        if let version = preflight.version {
            target += "  (version \(version), commit \(preflight.commit ?? "unknown"))"
        }
        var lines = [target]
        if let pid = preflight.pid { lines.append("Watching  process \(pid)") }
        let plan = settings.plan
        if plan.kind == .findMax {
            let goal = settings.goal.map(\.text).joined(separator: ", ")
            lines.append("Load      the highest rate of \(plan.scenarios.joined(separator: "+")) that keeps \(goal)")
        }
        for step in plan.steps.prefix(Self.stepsMax) { lines.append("Load      \(Self.text(of: step, in: plan))") }
        if plan.steps.count > Self.stepsMax {
            lines.append("          … and \(plan.steps.count - Self.stepsMax) more steps")
        }
        if let rate = plan.throttlePerSecond { lines.append("Throttle  \(rate.grouped) requests/s due over all users") }
        if !settings.accounts.isEmpty { lines.append("Accounts  \(settings.accounts.count.grouped), taken in turn") }
        lines += preflight.remarks
        if settings.environment.isVerbose {
            lines.append("Threads   \(settings.threads)")
            lines += settings.environment.description.map { "With      \($0)" }
        }
        lines += forecast.map { "Forecast  \($0)" }
        return lines
    }

    private static let stepsMax = 8

    static func text(of step: PlannedStep, in plan: LoadPlan) -> String {
        var parts = [step.name == step.scenarios.joined(separator: "+") ? step.name : "\(step.name):"]
        if let users = step.users {
            parts.append(users.of("user"))
            if let iterations = step.iterations { parts.append("× \(iterations.of("request"))") }
        }
        if let rate = step.rate { parts.append("\(rate.figure) requests/s") }
        if let seconds = step.seconds {
            parts.append((step.iterations == nil ? "for " : "or ") + "\(TimeSpan(seconds: seconds))")
        }
        if step.users ?? 1 > 1, step.startSeconds > 0 {
            parts.append("starting over \(TimeSpan(seconds: step.startSeconds))")
        }
        if step.warmUpSeconds > 0 { parts.append("after \(TimeSpan(seconds: step.warmUpSeconds)) of warm-up") }
        return parts.joined(separator: " ")
    }
}
