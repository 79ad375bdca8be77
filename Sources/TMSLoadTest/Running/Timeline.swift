internal import LoadRecord

/// The seconds of a run. When there are more than a report can hold, neighbours become one, so that its size has an
/// end however long the run is.
struct Timeline: Sendable {
    private(set) var seconds: [SecondFigures] = []
    private let countMax: Int

    init(countMax: Int = RunRecord.secondsMax) {
        self.countMax = countMax
    }

    mutating func append(_ second: SecondFigures) {
        if seconds.count >= countMax { halve() }
        seconds.append(second)
    }

    private mutating func halve() {
        var halved: [SecondFigures] = []
        halved.reserveCapacity(countMax / 2 + 1)
        for second in seconds {
            // Only what belongs together, and only until both have the same width.
            if let last = halved.last, last.step == second.step, last.isWarmUp == second.isWarmUp,
                last.seconds <= second.seconds, last.seconds < 2 * (seconds.first?.seconds ?? 1)
            {
                halved[halved.count - 1] = last.joined(with: second)
            } else {
                halved.append(second)
            }
        }
        seconds = halved
    }
}

extension SecondFigures {
    /// Sums, and of what cannot be summed the worse; medians by their numbers of requests.
    func joined(with next: SecondFigures) -> SecondFigures {
        var joined = self
        let (here, there) = (Double(succeeded + failed), Double(next.succeeded + next.failed))
        joined.seconds += next.seconds
        joined.sent += next.sent
        joined.succeeded += next.succeeded
        joined.failed += next.failed
        joined.failures.merge(next.failures, uniquingKeysWith: +)
        joined.users = Swift.max(users, next.users)
        joined.inFlight = Swift.max(inFlight, next.inFlight)
        if let first = p50, let second = next.p50, here + there > 0 {
            joined.p50 = Int((Double(first) * here + Double(second) * there) / (here + there))
        } else {
            joined.p50 = p50 ?? next.p50
        }
        joined.p90 = [p90, next.p90].compactMap { $0 }.max()
        joined.p99 = [p99, next.p99].compactMap { $0 }.max()
        joined.max = [self.max, next.max].compactMap { $0 }.max()
        joined.heartbeatGapMax = Swift.max(heartbeatGapMax, next.heartbeatGapMax)
        joined.generatorBusiestCPU = Swift.max(generatorBusiestCPU, next.generatorBusiestCPU)
        joined.server = next.server ?? server
        return joined
    }
}
