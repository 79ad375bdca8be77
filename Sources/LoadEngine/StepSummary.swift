internal import LoadRecord

/// Makes a step's record of what the lanes have counted.
struct StepSummary {
    let step: PlannedStep
    let setup: StepSetup
    let results: [LaneResults]
    /// The measured time, on the monotonic clock.
    let from: Int
    let to: Int
    /// When the load was to end; `.max` when that is not known.
    let endsAt: Int
    let wasInterrupted: Bool

    private var seconds: Double { Double(max(0, to - from)) / 1e9 }
    var sent: Int { results.reduce(0) { $0 + $1.tallies.reduce(0) { $0 + $1.begun } } }

    /// nil when nothing says how many there should have been.
    var planned: Int? {
        if setup.hasSchedule {
            let due = results.reduce(0) { $0 + ($1.schedule?.dueCount(before: min(to, endsAt)) ?? 0) }
            return min(due, setup.iterationsTotal ?? due)
        }
        // A step that its time ended first was not meant to do more.
        return to < endsAt && !wasInterrupted ? setup.iterationsTotal : nil
    }

    func record(runStartedAt: Int, halvesDiffer: Double?) -> StepRecord {
        var record = StepRecord()
        record.planned = step
        record.offsetSeconds = Double(from - runStartedAt) / 1e9
        record.seconds = seconds
        record.warmUpRequests = results.reduce(0) { $0 + $1.counts.warmUp }
        record.inFlightMax = results.map(\.counts.inFlightMax).max() ?? 0
        record.halvesDiffer = halvesDiffer
        if seconds > 0 {
            record.effectiveConcurrency = results.reduce(0) { $0 + $1.counts.nanosecondsInTime } / 1e9 / seconds
        }
        record.scenarios = figures
        record.shortfall = shortfall(record.effectiveConcurrency)
        record.wasReached = record.shortfall == nil
        return record
    }

    private var figures: [ScenarioFigures] {
        let missing = max(0, (planned ?? 0) - sent)
        let count = setup.scenarios.count
        return setup.scenarios.indices.map { place in
            var tally = ScenarioTally(setup.scenarios[place])
            for result in results { tally.add(result.tallies[place]) }
            let completed = results.reduce(0) { $0 + $1.counts.completedInTime[place] }
            return tally.figures(
                missing: missing / count + (place < missing % count ? 1 : 0),
                perSecond: seconds > 0 ? Double(completed) / seconds : 0)
        }
    }

    /// Why the load that was planned was not there; nil when it was.
    private func shortfall(_ concurrency: Double) -> String? {
        if wasInterrupted && sent == 0 { return "it was interrupted before its first request" }
        if setup.hasSchedule {
            guard let planned, planned > 0, Double(sent) < Double(planned) * CertificateSums.sentMin else { return nil }
            return "\(sent) of \(planned) requests that were due were sent (\(percent(sent, of: planned)))"
        }
        let users = setup.usersCount
        guard concurrency < Double(users) * Self.concurrencyMin else { return nil }
        let tenths = Int((concurrency * 10).rounded(.down))
        return "\(tenths / 10).\(tenths % 10) of \(users) users were at work at a time"
    }

    private func percent(_ part: Int, of whole: Int) -> String {
        CertificateSums.percent(Double(part) / Double(whole), digits: 1)
    }

    /// Of the users, on average at work.
    static let concurrencyMin = 0.8
}
