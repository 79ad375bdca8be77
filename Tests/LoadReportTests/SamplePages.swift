import Foundation
import LoadRecord
import LoadReport
import Testing

/// Pages to look at, for `scripts/check-load-reports`: written when TMS_LOADREPORT_PAGES names a folder.
@Suite struct SamplePages {
    static let folder = ProcessInfo.processInfo.environment["TMS_LOADREPORT_PAGES"]

    @Test(.enabled(if: folder != nil)) func areWritten() throws {
        let store = RunStore(folder: try #require(Self.folder))
        for record in [Sample.frozen(), Sample.ladder(), failing(), limit(), missed()] { try store.save(record) }
        try withTemporaryFolder { old in
            let path = old + "/202604301118/ladder"
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            try GooseSample().text.write(toFile: path + "/getversion_u100_i1000.log", atomically: true, encoding: .utf8)
            for record in try OldResultsImport(folder: old).read().records { try store.save(record) }
        }
        #expect(store.list().runs.count == 6)
    }

    /// With every class of failure, words of other people's, and two freezes close to each other.
    private func failing() -> RunRecord {
        var record = Secrets.planted(in: Sample.frozen())
        record.id = "20261125-170000-createkey-u10"
        record.startedAtMicroseconds += 10_800_000_000
        record.labels["a label that somebody wrote at length"] = String(repeating: "unbroken", count: 12)
        var second = record.freezes[0]
        (second.kind, second.offsetSeconds, second.seconds, second.hasEnded) = (.partial, 107, 6, false)
        (second.scenarios, second.diagnosis) = (["createkey"], nil)
        record.freezes.append(second)
        for (number, failure) in FailureClass.allCases.enumerated() {
            record.steps[0].scenarios[0].failures[failure] = 1 << number
        }
        record.steps[0].scenarios[0].statuses = [201: 12_000, 404: 300, 500: 20]
        var threshold = ThresholdOutcome()
        (threshold.text, threshold.wasPassed) = ("p99>250ms for 10s", true)
        threshold.detail = "p99 was 31.4 s from 72.0 s to 103 s"
        record.thresholds = [threshold]
        record.verdict = Verdict(.failedRequests, "16,383 of 33,383 (49.1 %): 8,192 × generator, 4,096 × cancelled.")
        return record
    }

    /// Of a search for the highest rate.
    private func limit() -> RunRecord {
        var record = Sample.ladder(levels: [50, 100, 200, 400, 420, 400, 420])
        record.id = "20261125-180000-createkey-findMax"
        record.startedAtMicroseconds += 14_400_000_000
        (record.plan.kind, record.plan.model, record.ladders) = (.findMax, .open, nil)
        var found = FindMaxOutcome()
        (found.goal, found.foundPerSecond, found.failedPerSecond) = ("p99<50ms,errors<0.1%", 400, 420)
        found.reason = "p99 was 61.0 ms"
        for index in record.steps.indices {
            let rate = Double(record.steps[index].planned.users ?? 0)
            (record.steps[index].planned.users, record.steps[index].planned.rate) = (nil, rate)
            record.steps[index].planned.name = "find-max/try rate=\(Int(rate))/s"
            var attempt = FindMaxOutcome.Attempt()
            (attempt.perSecond, attempt.metGoal, attempt.p99) = (rate, rate < 410, rate < 410 ? 31_000 : 61_000)
            found.attempts.append(attempt)
        }
        record.plan.steps = record.steps.map(\.planned)
        record.findMax = found
        record.verdict = Verdict(
            .pass,
            "createkey keeps p99<50ms,errors<0.1% up to 400/s and no longer at 420/s: p99 was 61.0 ms.")
        return record
    }

    private func missed() -> RunRecord {
        var missed = Sample.ladder(levels: [100])
        missed.id = "20261125-160000-getversion-u100"
        missed.startedAtMicroseconds += 3_600_000_000
        missed.plan.kind = .single
        missed.steps[0].wasReached = false
        missed.steps[0].effectiveConcurrency = 4.21
        missed.steps[0].shortfall = "4.21 of 100 users were under way (rate × mean latency)"
        missed.certificate.lines[0] = CertificateLine(
            what: "own CPU of the busiest core", value: "93 %", limit: "< 70 %", holds: false)
        missed.verdict = Verdict(.notReached, "")
        return missed
    }
}
