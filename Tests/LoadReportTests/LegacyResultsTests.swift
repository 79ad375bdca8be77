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
            #expect(
                try String(
                    contentsOfFile: LegacyResults(folder: folder + "/2").write([Sample.ladder()]), encoding: .utf8
                ).hasSuffix("OVERALL: PASS\n"))
        }
    }
}
