internal import LoadRecord

/// What a condition needs to know of the seconds of a run, taken in as they come and in the space of a few numbers.
///
/// The timeline is no substitute: it is thinned out in long runs, and one bad second of many that became one would last
/// as long as all of them.
struct ConditionWatch: Sendable {
    /// Seconds without a break in which the condition held.
    struct Stretch: Sendable {
        var from = 0.0
        var until = 0.0
        /// The value furthest beyond the limit.
        var worst = 0.0

        var seconds: Double { until - from }
    }

    let condition: Condition
    private var current: Stretch?
    private(set) var longest: Stretch?
    /// The most that the server's process was seen at in each step, by the step's number.
    private var serverPeaks: [Int: Double] = [:]
    /// Whether any second had a value.
    private var hasMeasured = false

    init(_ condition: Condition) {
        self.condition = condition
    }

    /// Takes in the second after the one before. Warm-up does not count, and ends a stretch.
    mutating func add(_ second: SecondFigures) {
        guard !second.isWarmUp else {
            current = nil
            return
        }
        let value = condition.value(in: second)
        if let value {
            hasMeasured = true
            if condition.needsServerProcess {
                serverPeaks[second.step] = max(serverPeaks[second.step] ?? value, value)
            }
        }
        if condition.duration != nil { stretch(by: second, value) }
    }

    /// A second in which nothing was completed neither ends nor makes a stretch of latencies: in a freeze there are none.
    private mutating func stretch(by second: SecondFigures, _ value: Double?) {
        let end = second.offsetSeconds + second.seconds
        if let value {
            guard condition.holds(value) else {
                current = nil
                return
            }
            var stretch = current ?? Stretch(from: second.offsetSeconds, until: end, worst: value)
            stretch.worst = condition.worse(stretch.worst, value)
            current = stretch
        }
        current?.until = end
        if let current, current.seconds > longest?.seconds ?? 0 { longest = current }
    }

    /// What the metric was in a step as a whole; nil when nothing was measured.
    func value(in step: StepRecord, number: Int) -> Double? {
        condition.needsServerProcess ? serverPeaks[number] : condition.value(in: step)
    }

    /// Whether it held in the run, where, and with what value. Of what was never measured nobody can say that it did not.
    func outcome(of record: RunRecord) -> ThresholdOutcome {
        var outcome = ThresholdOutcome()
        outcome.text = condition.text
        let values = record.steps.enumerated().compactMap { number, step in
            value(in: step, number: number).map { (step.planned.name, $0) }
        }
        if let duration = condition.duration, hasMeasured {
            (outcome.wasPassed, outcome.detail) = verdict(on: duration)
            return outcome
        }
        guard condition.duration == nil, let first = values.first else {
            (outcome.wasPassed, outcome.detail) = (true, "nothing was measured")
            return outcome
        }
        let worst = values.dropFirst().reduce(first) { condition.worse($0.1, $1.1) == $0.1 ? $0 : $1 }
        outcome.wasPassed = condition.holds(worst.1)
        outcome.detail =
            "\(condition.metricName) was \(condition.spoken(worst.1))" + (values.count > 1 ? " in \(worst.0)" : "")
        return outcome
    }

    private func verdict(on duration: Double) -> (Bool, String) {
        guard let longest else { return (false, "in no second") }
        guard longest.seconds >= duration else {
            return (false, "at most \(longest.seconds.figure) s without a break, of \(duration.figure) s")
        }
        return (
            true,
            "\(condition.metricName) reached \(condition.spoken(longest.worst)) in a stretch from "
                + "\(longest.from.figure) s to \(longest.until.figure) s in which it was never back within the limit"
        )
    }
}
