internal import LoadRecord

extension Condition {
    /// What the metric was in a step as a whole; nil when nothing was measured.
    func value(in step: StepRecord, seconds: [SecondFigures]) -> Double? {
        let total = step.total
        switch metric {
        case .percentile(let percent):
            return total.fromIntended.count > 0 ? Double(total.fromIntended.percentile(percent)) : nil
        case .max: return total.fromIntended.count > 0 ? Double(total.fromIntended.max) : nil
        case .mean: return total.fromIntended.count > 0 ? total.fromIntended.mean : nil
        case .errors: return total.completed > 0 ? Double(total.failed) / Double(total.completed) : nil
        case .failures: return Double(total.failed)
        case .rate: return step.seconds > 0 ? Double(total.completed) / step.seconds : nil
        case .serverMemory, .serverCPU: return seconds.compactMap(value(in:)).max()
        }
    }

    /// What it was in one second; nil when nothing was measured.
    func value(in second: SecondFigures) -> Double? {
        let completed = second.succeeded + second.failed
        switch metric {
        case .percentile(50): return second.p50.map(Double.init)
        case .percentile(90): return second.p90.map(Double.init)
        case .percentile(99): return second.p99.map(Double.init)
        case .percentile, .mean: return nil
        case .max: return second.max.map(Double.init)
        case .errors: return completed > 0 ? Double(second.failed) / Double(completed) : nil
        case .failures: return Double(second.failed)
        case .rate: return Double(completed) / second.seconds
        case .serverMemory: return (second.server?.residentBytes).map(Double.init)
        case .serverCPU: return second.server?.cpu
        }
    }

    func holds(_ value: Double) -> Bool { comparison.holds(value, limit) }

    /// Whether it held in a run, where, and with what value. Warm-up does not count.
    func outcome(of record: RunRecord) -> ThresholdOutcome {
        var outcome = ThresholdOutcome()
        outcome.text = text
        let measured = record.timeline.filter { !$0.isWarmUp }
        if let duration {
            let stretches = stretches(in: measured).sorted { $0.seconds > $1.seconds }
            if let longest = stretches.first, longest.seconds >= duration {
                outcome.wasPassed = true
                outcome.detail =
                    "\(metricName) reached \(spoken(longest.worst)) in a stretch from \(longest.from.figure) s to "
                    + "\(longest.until.figure) s in which it was never back within the limit"
            } else {
                outcome.detail =
                    stretches.first.map { "at most \($0.seconds.figure) s without a break, of \(duration.figure) s" }
                    ?? "in no second"
            }
            return outcome
        }
        let values = record.steps.enumerated().compactMap { index, step in
            value(in: step, seconds: measured.filter { $0.step == index }).map { (step.planned.name, $0) }
        }
        guard !values.isEmpty else {
            outcome.detail = "nothing was measured"
            return outcome
        }
        // The value that lies furthest in the direction of the limit.
        let isUpper = comparison == .above || comparison == .atLeast
        let worst = values.reduce(values[0]) { (isUpper ? $1.1 > $0.1 : $1.1 < $0.1) ? $1 : $0 }
        outcome.wasPassed = holds(worst.1)
        outcome.detail = "\(metricName) was \(spoken(worst.1))" + (values.count > 1 ? " in \(worst.0)" : "")
        return outcome
    }

    private struct Stretch {
        var from = 0.0
        var until = 0.0
        var worst = 0.0
        var seconds: Double { until - from }
    }

    /// Runs of seconds in which it held. A second in which nothing was completed neither ends nor makes a stretch of
    /// latencies: in a freeze there are none.
    private func stretches(in seconds: [SecondFigures]) -> [Stretch] {
        var stretches: [Stretch] = []
        var current: Stretch?
        for second in seconds {
            guard let value = value(in: second) else {
                if current != nil { current?.until = second.offsetSeconds + second.seconds }
                continue
            }
            if holds(value) {
                var stretch = current ?? Stretch(from: second.offsetSeconds, until: 0, worst: value)
                stretch.until = second.offsetSeconds + second.seconds
                let isUpper = comparison == .above || comparison == .atLeast
                stretch.worst = isUpper ? max(stretch.worst, value) : min(stretch.worst, value)
                current = stretch
            } else if let ended = current {
                stretches.append(ended)
                current = nil
            }
        }
        return stretches + (current.map { [$0] } ?? [])
    }
}
