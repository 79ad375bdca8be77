internal import LoadRecord

extension Condition {
    /// Metrics of the process, which its seconds alone tell.
    var needsServerProcess: Bool { metric == .serverMemory || metric == .serverCPU }

    /// What the metric was in a step as a whole; nil when nothing was measured, or only second by second.
    func value(in step: StepRecord) -> Double? {
        let total = step.total
        switch metric {
        case .percentile(let percent):
            return total.fromIntended.count > 0 ? Double(total.fromIntended.percentile(percent)) : nil
        case .max: return total.fromIntended.count > 0 ? Double(total.fromIntended.max) : nil
        case .mean: return total.fromIntended.count > 0 ? total.fromIntended.mean : nil
        case .errors: return total.completed > 0 ? Double(total.failed) / Double(total.completed) : nil
        case .failures: return Double(total.failed)
        // Not all that was completed: what was answered after the end is no part of the rate.
        case .rate: return step.seconds > 0 ? total.perSecond : nil
        case .serverMemory, .serverCPU: return nil
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

    /// The value that lies further in the direction of the limit.
    func worse(_ one: Double, _ other: Double) -> Double {
        comparison == .above || comparison == .atLeast ? max(one, other) : min(one, other)
    }
}
