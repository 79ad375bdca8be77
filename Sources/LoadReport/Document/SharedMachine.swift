internal import LoadRecord

/// Server and generator on one machine, and its processors used up: no generator's fault, and no reason to believe the
/// figures of the server alone.
enum SharedMachine {
    /// Of all processors, from which on one waits for the other.
    static let busyMin = 0.9

    /// - Returns: nil when the server was elsewhere or not watched, or processors were left.
    static func sentence(_ record: RunRecord) -> String? {
        let processors = record.target.generatorProcessors
        guard processors > 0, let (step, used) = busiest(record), used >= busyMin * Double(processors) else {
            return nil
        }
        return "Server and generator shared this machine and used \(Figure.cpu(used)) of its "
            + "\(Figure.cpu(Double(processors))) CPU at \(step.loadText): gaps and late requests of the generator come "
            + "from that too, rates are what both together could do, and times include waiting for a processor; with a "
            + "machine of its own the server is faster than this."
    }

    /// The step in which both together used the most, in processors.
    private static func busiest(_ record: RunRecord) -> (StepRecord, Double)? {
        guard let perRequest = record.certificate.cpuPerRequest else { return nil }
        let steps = record.steps.enumerated().compactMap { index, step -> (StepRecord, Double)? in
            // A server that is frozen uses nothing.
            let seconds = record.timeline.filter { $0.step == index && !$0.isWarmUp && $0.succeeded + $0.failed > 0 }
            let samples = seconds.compactMap { $0.server?.cpu }
            guard !samples.isEmpty else { return nil }
            let server = samples.reduce(0, +) / Double(samples.count)
            return (step, server + perRequest / 1e6 * step.total.perSecond)
        }
        return steps.max { $0.1 < $1.1 }
    }
}
