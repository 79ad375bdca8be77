package import LoadRecord

/// A timer that shows in latencies, whoever set it.
package struct KnownTimer: Sendable, Hashable {
    package var name: String
    /// Microseconds: from when it fires until an answer that waited for it is there.
    package var range: ClosedRange<Int>
    package var meaning: String

    package static let all = [
        KnownTimer(
            name: "40 ms TCP delayed acknowledgement", range: 38_000...46_000,
            meaning: "the receiver held its acknowledgement back while the sender waited for it"),
        KnownTimer(
            name: "200 ms TCP retransmission timeout", range: 198_000...265_000,
            meaning: "a packet was lost and sent again; this is the network, not the server"),
        KnownTimer(
            name: "1 s SYN retry", range: 990_000...1_080_000,
            meaning: "a connection's first packet was lost or the accept queue was full"),
        KnownTimer(
            name: "3 s SYN retry", range: 2_990_000...3_150_000,
            meaning: "a connection's first two packets were lost or the accept queue was full"),
        KnownTimer(
            name: "5 s SQLite busy timeout", range: 4_950_000...5_300_000,
            meaning: "a writer waited for the database's lock until SQLite gave up"),
        KnownTimer(
            name: "30 s pool acquire timeout", range: 29_800_000...30_500_000,
            meaning: "no database connection became free"),
        KnownTimer(
            name: "60 s client timeout", range: 59_500_000...61_000_000,
            meaning: "this tool, like the old one, gave up waiting"),
    ]
}

/// Latencies of a scenario that lie at a known timer and apart from the rest.
package struct TimerFinding: Sendable, Hashable {
    package var scenario: String
    package var timer: KnownTimer
    package var count: Int
    /// Microseconds, of those that were seen there.
    package var low: Int
    package var high: Int

    package var sentence: String {
        let span = low == high ? Figure.time(low) : "\(Figure.time(low)) to \(Figure.time(high))"
        let requests = count == 1 ? "1 request" : "\(Figure.count(count)) requests"
        return "\(scenario): \(requests) took \(span), apart from the rest: \(timer.name) (\(timer.meaning))."
    }
}

package enum KnownTimers {
    /// - Parameter service: service times. What is due late shows no timers.
    package static func found(in service: LatencySummary, scenario: String) -> [TimerFinding] {
        KnownTimer.all.compactMap { timer in
            let (low, high) = (timer.range.lowerBound, timer.range.upperBound)
            let count = service.count(in: timer.range)
            // Apart: most are below half of it, and just below and above it there is next to nothing.
            guard count > 0, service.percentile(50) < low / 2 else { return nil }
            let beside =
                service.count(in: low * 7 / 10...low - 1) + service.count(in: high + 1...high + (high - low) * 2)
            guard beside * 4 <= count else { return nil }
            let seen = service.values.filter { timer.range.contains($0) }
            guard let first = seen.first, let last = seen.last else { return nil }
            return TimerFinding(scenario: scenario, timer: timer, count: count, low: first, high: last)
        }
    }

    package static func found(in record: RunRecord) -> [TimerFinding] {
        guard record.importedFrom != nil else {
            return record.scenarioTotals.flatMap { found(in: $0.service, scenario: $0.name) }
        }
        // Of an imported step only its slowest request is known exactly.
        return record.steps.flatMap { step in
            step.scenarios.flatMap { figures in
                found(in: figures.service, scenario: "\(figures.name) at \(step.loadText)").compactMap { finding in
                    let slowest = figures.service.max
                    guard finding.timer.range.contains(slowest) else { return nil }
                    return TimerFinding(
                        scenario: finding.scenario, timer: finding.timer, count: 1, low: slowest, high: slowest)
                }
            }
        }
    }
}
