import Foundation
import LoadRecord
import LoadReport
import Testing

/// Pages to look at, for `scripts/check_load_reports.py`: written when TMS_LOADREPORT_PAGES names a folder.
@Suite struct SamplePages {
    static let folder = ProcessInfo.processInfo.environment["TMS_LOADREPORT_PAGES"]

    @Test(.enabled(if: folder != nil)) func areWritten() throws {
        let store = RunStore(folder: try #require(Self.folder))
        try store.save(Sample.frozen())
        try store.save(Sample.ladder())
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
        try store.save(missed)
        try withTemporaryFolder { old in
            let path = old + "/202604301118/ladder"
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            try GooseSample().text.write(toFile: path + "/getversion_u100_i1000.log", atomically: true, encoding: .utf8)
            for record in try OldResultsImport(folder: old).read().records { try store.save(record) }
        }
        #expect(store.list().runs.count == 4)
    }
}
