import Foundation
import LoadRecord
import LoadReport
import Testing

@Suite struct LegacyResultsTests {
    @Test func foldersAndLinesAreTheOldOnes() throws {
        try withTemporaryFolder { folder in
            var ladder = Sample.ladder()
            ladder.steps[2].scenarios[0].succeeded = 9_999
            ladder.steps[2].scenarios[0].failures = [.status5xx: 1]
            ladder.steps[5].wasReached = false
            ladder.steps[5].effectiveConcurrency = 9.04
            let report = try LegacyResults(folder: folder).write([ladder])
            #expect(report == folder + "/202611251500/report.txt")
            let lines = try String(contentsOfFile: report, encoding: .utf8).split(separator: "\n").map(String.init)
            let reqs = ladder.steps[0].completed
            #expect(
                lines[0]
                    == "[PASS] ladder/createkey users=1, iters=1000 reqs=\(reqs) fails=0  "
                    + "log=ladder/createkey_u1_i1000.log"
            )
            #expect(
                lines[2]
                    == "[Fail-0.01%] ladder/createkey users=10, iters=1000 reqs=10000 fails=1  "
                    + "log=ladder/createkey_u10_i1000.log"
            )
            #expect(lines[5].hasSuffix("NOT REACHED effective=9.04"))
            #expect(lines.last == "OVERALL: FAIL")
            let log = try String(
                contentsOfFile: folder + "/202611251500/ladder/createkey_u10_i1000.log", encoding: .utf8)
            #expect(log.contains("=== REQUESTS ===") && log.contains("10,000"))
            var interrupted = Sample.ladder()
            (interrupted.steps, interrupted.verdict) = ([], Verdict(.interrupted, ""))
            #expect(try self.lines(LegacyResults(folder: folder + "/3").write([interrupted])) == ["OVERALL: FAIL"])
            #expect(
                try String(
                    contentsOfFile: LegacyResults(folder: folder + "/2").write([Sample.ladder()]), encoding: .utf8
                ).hasSuffix("OVERALL: PASS\n"))
        }
    }

    private func lines(_ path: String) throws -> [String] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    @Test func aSuiteOfTheSameMinuteDoesNotHideTheOneBefore() throws {
        try withTemporaryFolder { folder in
            let results = LegacyResults(folder: folder)
            var smoke = Sample.ladder(levels: [1])
            smoke.plan.kind = .smoke
            smoke.steps[0].scenarios[0].failures = [.status4xx: smoke.steps[0].completed]
            smoke.steps[0].scenarios[0].succeeded = 0
            smoke.verdict = Verdict(.failedRequests, "all")
            try results.write([smoke])
            let ladder = Sample.ladder(levels: [1, 5])
            let both = try lines(results.write([ladder]))
            #expect(both.count == 4 && both.last == "OVERALL: FAIL", "\(both)")
            #expect(both[0].hasPrefix("[Fail-100%] smoke/createkey") && both[1].hasPrefix("[PASS] ladder/createkey"))
            (smoke.steps[0].scenarios[0].failures, smoke.steps[0].scenarios[0].succeeded) = ([:], 100)
            smoke.verdict = Verdict(.pass, "")
            let again = try lines(results.write([smoke]))
            #expect(again.count == 4 && again.last == "OVERALL: PASS", "\(again)")
            #expect(again[0].hasPrefix("[PASS] smoke/createkey"))
        }
    }

    /// Its requests were all answered, and it did not pass.
    @Test func aFrozenSuiteFailsBesideOneThatPasses() throws {
        try withTemporaryFolder { folder in
            let results = LegacyResults(folder: folder)
            var ladder = Sample.ladder(levels: [1, 5])
            ladder.verdict = Verdict(.freeze, "4.0 s")
            try results.write([ladder])
            var smoke = Sample.ladder(levels: [1])
            smoke.plan.kind = .smoke
            let both = try lines(results.write([smoke]))
            #expect(both.last == "OVERALL: FAIL")
            #expect(both[0].hasPrefix("[PASS]") && both[0].hasSuffix("log=ladder/createkey_u1_i1000.log  run: freeze"))
        }
    }

    @Test func failuresThatALimitAllowsAreTold() throws {
        try withTemporaryFolder { folder in
            var ladder = Sample.ladder()
            ladder.steps[2].scenarios[0].succeeded = 9_999
            ladder.steps[2].scenarios[0].failures = [.status5xx: 1]
            var limit = ThresholdOutcome()
            limit.text = "errors>1%"
            ladder.thresholds = [limit]
            let all = try lines(LegacyResults(folder: folder).write([ladder]))
            #expect(all[2].hasPrefix("[Fail-0.01%] ladder/createkey") && all[2].hasSuffix("  allowed by --fail-on"))
            #expect(all.last == "OVERALL: PASS")
        }
    }
}
