import Foundation
import LoadRecord
import LoadReport
import Testing

/// A folder that is gone after the test.
func withTemporaryFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("load-report-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
}

@Suite struct RunStoreTests {
    @Test func aSavedRunIsListedWithAllItsFiles() throws {
        try withTemporaryFolder { folder in
            let store = RunStore(folder: folder + "/runs")
            let written = try store.save(Sample.frozen(), reportFiles: [folder + "/extra/r.html", folder + "/r.xml"])
            try store.save(Sample.ladder())
            #expect(written.allSatisfy { FileManager.default.fileExists(atPath: $0) })
            let files = try FileManager.default.contentsOfDirectory(atPath: store.runFolder(Sample.frozen().id))
            #expect(
                files.sorted() == [
                    "note.md", "report.csv", "report.html", "report.md", "report.txt", "report.xml", "run.json",
                    "summary.json",
                ])
            #expect(store.list().runs.map(\.id) == [Sample.ladder().id, Sample.frozen().id], "newest first")
            #expect(store.list().problems.isEmpty)
            #expect(try store.load("latest").id == Sample.ladder().id)
            #expect(try store.load("20261125-14").id == Sample.frozen().id)
            #expect(throws: RunStoreError.self) { try store.load("20261125") }
            #expect(throws: RunStoreError.self) { try store.load("../x") }
        }
    }

    @Test func noOutputHoldsASecret() throws {
        try withTemporaryFolder { folder in
            let store = RunStore(folder: folder + "/runs")
            let record = Secrets.planted(in: Sample.frozen())
            try store.save(
                record, reportFiles: ReportFormat.allCases.map { "\(folder)/r.\($0.rawValue)" },
                secrets: [Secrets.clientSecret])
            var smoke = record
            smoke.plan.kind = .smoke
            try LegacyResults(folder: folder + "/loadtest_results").write([smoke], secrets: [Secrets.clientSecret])
            try RunsTable(store.list()).tsv.write(toFile: folder + "/runs.tsv", atomically: true, encoding: .utf8)
            try RunsTable(store.list()).text.write(toFile: folder + "/runs.txt", atomically: true, encoding: .utf8)
            let walk = try #require(FileManager.default.enumerator(atPath: folder))
            var files = 0
            for case let path as String in walk {
                guard let data = FileManager.default.contents(atPath: "\(folder)/\(path)"), !data.isEmpty else {
                    continue
                }
                files += 1
                let text = String(decoding: data, as: UTF8.self)
                for secret in Secrets.values { #expect(!text.contains(secret), "\(path) holds \(secret)") }
            }
            #expect(files >= 18)
        }
    }

    @Test func brokenEntriesAreToldAndTheRestIsListed() throws {
        try withTemporaryFolder { folder in
            let store = RunStore(folder: folder)
            try store.save(Sample.frozen())
            for (name, text) in [
                ("cut", #"{"format":1,"id":"#), ("newer", #"{"format":99}"#), ("other", #"{"format":1}"#),
            ] {
                try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
                try text.write(toFile: "\(folder)/\(name)/run.json", atomically: true, encoding: .utf8)
            }
            try FileManager.default.createDirectory(atPath: "\(folder)/not-a-run", withIntermediateDirectories: true)
            let listing = store.list()
            #expect(listing.runs.map(\.id) == [Sample.frozen().id])
            #expect(listing.problems.count == 3)
            #expect(listing.problems.contains { $0.contains("newer tms-loadtest") })
            #expect(RunsTable(listing).text.contains("cut: cannot be read"))
            #expect(try String(contentsOfFile: store.writePage(), encoding: .utf8).contains("cut: cannot be read"))
        }
    }

    @Test func aRecordDamagedAfterwardsIsNotListedByItsSummary() throws {
        try withTemporaryFolder { folder in
            let store = RunStore(folder: folder)
            try store.save(Sample.frozen())
            try "{".write(toFile: store.runFolder(Sample.frozen().id) + "/run.json", atomically: true, encoding: .utf8)
            #expect(store.list().runs.isEmpty && store.list().problems.count == 1)
        }
    }

    @Test func theNoteNamesThePreviousRunOfTheSameKind() throws {
        try withTemporaryFolder { folder in
            let store = RunStore(folder: folder)
            try store.save(Sample.frozen())
            try store.save(Sample.ladder())
            var later = Sample.frozen()
            later.id = "20261126-140210-createkey-u10"
            later.startedAtMicroseconds += 86_400_000_000
            try store.save(later)
            let note = try String(contentsOfFile: store.runFolder(later.id) + "/note.md", encoding: .utf8)
            #expect(note.contains("Since \(Sample.frozen().id)"))
        }
    }

    @Test func theNoteKnowsWhatFrozeBefore() throws {
        try withTemporaryFolder { folder in
            let store = RunStore(folder: folder)
            try store.save(Sample.frozen())
            var clean = Sample.ladder(levels: [2])
            clean.hypotheses = ["the freeze is fixed"]
            clean.steps[0].scenarios[0].succeeded = 200_000
            try store.save(clean)
            let note = try String(contentsOfFile: store.runFolder(clean.id) + "/note.md", encoding: .utf8)
            #expect(note.contains("not tested by this run: run \(Sample.frozen().id) froze in createkey with 20"))
            #expect(!note.contains("supports it"), "\(note)")
            // What came later is no reason.
            #expect(store.earlierFreezes(than: Sample.frozen()).isEmpty)
        }
    }

    @Test func namesAreNewAndStayInTheFolder() throws {
        try withTemporaryFolder { folder in
            let store = RunStore(folder: folder)
            var plan = Sample.frozen().plan
            #expect(store.newID(startedAtMicroseconds: Sample.start, plan: plan) == "20261125-140210-createkey-u10")
            try store.save(Sample.frozen())
            #expect(store.newID(startedAtMicroseconds: Sample.start, plan: plan) == "20261125-140210-createkey-u10-2")
            plan.scenarios = ["../../etc"]
            #expect(store.newID(startedAtMicroseconds: Sample.start, plan: plan) == "20261125-140210-.._.._etc-u10")
            var record = Sample.frozen()
            record.id = "../outside"
            #expect(throws: RunStoreError.self) { try store.save(record) }
        }
    }

    @Test func tabSeparatedValuesPasteIntoCells() throws {
        try withTemporaryFolder { folder in
            let store = RunStore(folder: folder)
            var record = Sample.frozen()
            record.labels = ["a": "one\ttwo\nthree"]
            record.verdict.headline = "=cmd()"
            try store.save(record)
            let lines = RunsTable(store.list()).tsv.split(separator: "\n")
            #expect(lines.count == 2)
            let cells = lines.map { $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) }
            #expect(cells[0].count == cells[1].count)
            let row = Dictionary(uniqueKeysWithValues: zip(cells[0], cells[1]))
            #expect(row["label"] == "a=one two three")
            #expect(row["requests"] == "17010" && row["failures"] == "10" && row["users effective"] == "9.60")
            #expect(row["claim"] == "'=cmd()" && row["verdict"] == "freeze")
        }
    }

    @Test func aReportFileOfUnknownKindIsRefusedByName() {
        #expect(throws: RunStoreError.self) { try ReportFormat(path: "report.pdf") }
        #expect((try? ReportFormat(path: "/a/b.HTML")) == .html)
    }
}
