internal import LoadRecord

extension GooseLog {
    /// Its figures as a step, with the concurrency that was really there.
    /// - Parameters:
    ///   - scenario: for a log with one request; several go by their requests' names.
    ///   - users, iterations: as the file's name tells.
    func step(scenario: String, users fromName: Int?, iterations: Int?) -> StepRecord {
        var step = StepRecord()
        step.planned.name = scenario
        step.planned.users = fromName ?? users
        step.planned.iterations = iterations
        step.planned.startSeconds = Double(step.planned.users ?? 1)
        step.scenarios = requests.map { request in
            figures(request, name: requests.count == 1 ? scenario : request.name)
        }
        step.planned.scenarios = step.scenarios.map(\.name)
        step.seconds = seconds ?? requests.map { $0.perSecond > 0 ? Double($0.count) / $0.perSecond : 0 }.max() ?? 0
        step.effectiveConcurrency = requests.reduce(0) {
            $0 + LittlesLaw.concurrency(perSecond: $1.perSecond, meanSeconds: $1.mean / 1e3)
        }
        // One user alone is always under way, but for the rounding of the log's whole seconds.
        if let users = step.planned.users, users > 1,
            !LittlesLaw.isReached(concurrency: step.effectiveConcurrency, users: users)
        {
            step.wasReached = false
            step.shortfall =
                "\(Figure.number(step.effectiveConcurrency)) of \(users) users were under way (rate × mean latency); "
                + "they were started one per second and were done before the others came"
        }
        return step
    }

    private func figures(_ request: Request, name: String) -> ScenarioFigures {
        var figures = ScenarioFigures()
        figures.name = name
        figures.request = request.name
        figures.planned = request.count
        figures.sent = request.count
        figures.statuses = request.statuses.filter { $0.key > 0 }
        figures.failures = failures(request)
        figures.succeeded = request.count - figures.failed
        figures.perSecond = request.perSecond
        figures.service = Self.summary(request)
        // The old tool knew no intended time.
        figures.fromIntended = figures.service
        figures.examples = errors.prefix(ScenarioFigures.examplesMax).map { "\(Figure.count($0.count)) × \($0.text)" }
        return figures
    }

    /// By status where there is one; an answer of 400 and above is a failure, whatever the old tool counted.
    private func failures(_ request: Request) -> [FailureClass: Int] {
        var failures: [FailureClass: Int] = [:]
        for (status, count) in request.statuses where status >= 400 {
            failures[status < 500 ? .status4xx : .status5xx, default: 0] += count
        }
        var rest = request.failures - failures.values.reduce(0, +)
        let words: [(String, FailureClass)] = [
            ("timed out", .firstByteTimeout), ("timeout", .firstByteTimeout), ("refused", .refused), ("reset", .reset),
            ("dns", .dns), ("certificate", .tls),
        ]
        for error in errors where rest > 0 {
            guard let match = words.first(where: { error.text.lowercased().contains($0.0) }) else { continue }
            failures[match.1, default: 0] += min(error.count, rest)
            rest -= min(error.count, rest)
        }
        if rest > 0 { failures[.wrongBody, default: 0] += rest }
        return failures
    }

    /// As many times as there were requests, placed so that the percentiles come out as the log has them: between two
    /// percentiles everything stands at the upper one. Sum, least and greatest are exact.
    private static func summary(_ request: Request) -> LatencySummary {
        let known = request.percentiles.merging([50: request.median]) { first, _ in first }.sorted { $0.key < $1.key }
        let (low, high) = (microseconds(request.min), microseconds(request.max))
        var counts: [Int: Int] = [:]
        var placed = 0
        func place(_ value: Int, upTo rank: Int) {
            guard rank > placed else { return }
            counts[Swift.min(Swift.max(value, low), high), default: 0] += rank - placed
            placed = rank
        }
        place(low, upTo: 1)
        for (percent, value) in known {
            // The greatest is one request's own.
            place(
                microseconds(value),
                upTo: Swift.min(Int((Double(request.count) * percent / 100).rounded(.up)), request.count - 1))
        }
        place(high, upTo: request.count)
        let recorded = counts.sorted { $0.key < $1.key }.map { (value: $0.key, count: $0.value) }
        let squares = recorded.reduce(0.0) { $0 + Double($1.value) * Double($1.value) * Double($1.count) }
        return LatencySummary(
            recorded: recorded, sum: request.mean * 1e3 * Double(request.count), sumOfSquares: squares, min: low,
            max: high)
    }

    private static func microseconds(_ milliseconds: Double) -> Int {
        Int((milliseconds * 1e3).rounded())
    }
}
