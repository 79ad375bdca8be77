package import LoadRecord

extension RunRecord {
    /// The sums of each scenario over all steps, in the order in which they first came.
    package var scenarioTotals: [ScenarioFigures] {
        var order: [String] = []
        var sums: [String: ScenarioFigures] = [:]
        for step in steps {
            for figures in step.scenarios {
                guard let sum = sums[figures.name] else {
                    order.append(figures.name)
                    sums[figures.name] = figures
                    continue
                }
                var added = sum.adding(figures)
                (added.name, added.request) = (sum.name, sum.request)
                sums[figures.name] = added
            }
        }
        return order.compactMap { name in
            guard var sum = sums[name] else { return nil }
            sum.perSecond = perSecond { $0.name == name }
            return sum
        }
    }

    /// Everything that was measured, warm-up left out.
    package var total: ScenarioFigures {
        var total = scenarioTotals.dropFirst().reduce(scenarioTotals.first ?? ScenarioFigures()) { $0.adding($1) }
        total.name = "Aggregated"
        total.perSecond = perSecond { _ in true }
        return total
    }

    /// The mean rate of scenarios over the measured time of the steps that have them. What was answered after a step's end
    /// is in no step's rate, and so not in this one.
    private func perSecond(_ isMeant: (ScenarioFigures) -> Bool) -> Double {
        var (count, seconds) = (0.0, 0.0)
        for step in steps {
            let meant = step.scenarios.filter(isMeant)
            guard !meant.isEmpty else { continue }
            count += meant.reduce(0) { $0 + $1.perSecond } * step.seconds
            seconds += step.seconds
        }
        return seconds > 0 ? count / seconds : 0
    }

    /// The step with the most users or the highest rate; of several, the last. Of a search for the maximum the one that
    /// found it, since those above it failed on purpose.
    package var mainStep: StepRecord? {
        if let found = findMax?.foundPerSecond,
            let step = steps.last(where: { abs(($0.planned.rate ?? 0) - found) <= found * 0.001 })
        {
            return step
        }
        return highestStep
    }

    private var highestStep: StepRecord? {
        steps.max { $0.planned.load < $1.planned.load }.map { main in
            steps.last { $0.planned.load == main.planned.load } ?? main
        }
    }

    package func moment(at offsetSeconds: Double) -> Moment {
        Moment(microseconds: startedAtMicroseconds + Int64(offsetSeconds * 1e6))
    }

    package var requests: Int { steps.reduce(0) { $0 + $1.completed } }
    package var failures: Int { steps.reduce(0) { $0 + $1.scenarios.reduce(0) { $0 + $1.failed } } }

    /// Whether failed requests fail the run: a single one does, unless `--fail-on` has a limit of its own for them and it
    /// was kept. A search for the highest rate goes beyond what the server can do, and its goal says what may fail.
    var failuresAreFaults: Bool {
        guard plan.kind != .findMax else { return false }
        let limits = thresholds.filter(\.isAboutFailures)
        return limits.isEmpty || limits.contains(where: \.wasPassed)
    }

    /// Freezes that are the server's, not the generator's.
    package var serverFreezes: [FreezeRecord] { freezes.filter { $0.kind != .generatorStalled } }

    /// "release=0.3.0, database=sqlite"
    package var labelText: String {
        labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ", ")
    }

    /// What was tested, for titles: the labels when there are any.
    package var title: String {
        let scenarios = plan.scenarios.isEmpty ? scenarioTotals.map(\.name) : plan.scenarios
        let what = scenarios.joined(separator: ", ") + " · " + plan.loadText(steps: steps)
        return labels.isEmpty ? what : "\(what) · \(labelText)"
    }

    /// The same with one step only: what the old tool kept a file for.
    package func only(step index: Int) -> RunRecord {
        var part = self
        part.steps = steps.indices.contains(index) ? [steps[index]] : []
        guard let step = part.steps.first else { return part }
        let range = step.offsetSeconds...step.offsetSeconds + step.seconds
        part.plan.steps = [step.planned]
        part.plan.scenarios = step.scenarios.map(\.name)
        part.timeline = timeline.filter { $0.step == index }
        part.freezes = freezes.filter { $0.offsetSeconds <= range.upperBound && $0.endSeconds >= range.lowerBound }
        part.ladders = nil
        part.findMax = nil
        return part
    }
}

extension FreezeRecord {
    package var endSeconds: Double { offsetSeconds + seconds }
}

extension StepRecord {
    package var completed: Int { scenarios.reduce(0) { $0 + $1.completed } }

    package var displayName: String {
        planned.name.isEmpty ? scenarios.map(\.name).joined(separator: ", ") : planned.name
    }

    /// "10 users", "200/s"
    package var loadText: String { planned.loadText }

    package var isSteady: Bool? { halvesDiffer.map { $0 <= Self.halvesMayDiffer } }
}

extension PlannedStep {
    /// To tell the larger of two steps.
    var load: Double { rate ?? Double(users ?? 0) }

    package var loadText: String {
        if let rate { return "\(Figure.number(rate))/s" }
        return users.map { $0 == 1 ? "1 user" : "\(Figure.count($0)) users" } ?? "-"
    }
}

extension LoadPlan {
    /// "ladder of 1, 5, 10 users", "10 users", "200/s"
    func loadText(steps done: [StepRecord]) -> String {
        // Which rates a search tries is its outcome, not its plan.
        if kind == .findMax { return "find-max" }
        let planned = steps.isEmpty ? done.map(\.planned) : steps
        var loads: [String] = []
        for step in planned where !loads.contains(step.loadText) { loads.append(step.loadText) }
        let name = kind == .single ? "" : kind.rawValue
        guard loads.count <= 8 else { return "\(name) from \(loads[0]) to \(loads[loads.count - 1])" }
        let numbers = loads.dropLast().map { $0.replacing(" users", with: "").replacing(" user", with: "") }
        return ([name].filter { !$0.isEmpty } + [(numbers + loads.suffix(1)).joined(separator: ", ")])
            .joined(separator: " of ")
    }
}
