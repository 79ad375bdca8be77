import Foundation
import LoadRecord
import LoadReport
import Testing

@Suite struct OldResultsImportTests {
    private func imported(_ logs: [String: String]) throws -> (records: [RunRecord], problems: [String]) {
        var result: (records: [RunRecord], problems: [String]) = ([], [])
        try withTemporaryFolder { folder in
            for (path, text) in logs {
                let url = URL(fileURLWithPath: "\(folder)/\(path)")
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try text.write(to: url, atomically: true, encoding: .utf8)
            }
            result = try OldResultsImport(folder: folder).read()
        }
        return result
    }

    @Test func aHundredUsersWereThree() throws {
        let records = try imported([
            "202604301118/ladder/getversion_u100_i1000.log": GooseSample().text,
            "202604301118/ladder/getversion_u1_i1000.log":
                GooseSample(
                    users: 1, count: 1000, perSecond: 250, mean: 2.49, min: 2, max: 24, p99: 4, p999: 7, seconds: 4
                ).text,
        ]).records
        let record = try #require(records.first)
        #expect(records.count == 1 && record.plan.kind == .ladder)
        #expect(record.id == "goose-202604301118-ladder-getversion")
        #expect(record.steps.map(\.planned.users) == [1, 100])
        #expect(record.steps.map(\.wasReached) == [true, false])
        #expect(abs(record.steps[1].effectiveConcurrency - 3.155) < 0.01)
        #expect(record.verdict.word == .notReached)
        #expect(record.verdict.headline.contains("NOT REACHED"))
        #expect(Moment(microseconds: record.startedAtMicroseconds).text == "2026-04-30 11:18:01")
        #expect(record.target.usesTLS && record.target.url == "https://tms.example.org/")
        #expect(record.steps[1].planned.iterations == 1000)
        #expect(abs(record.steps[1].seconds - 103) < 0.01)
    }

    @Test func figuresAreThoseOfTheLog() throws {
        let records = try imported(["getversion_u100_i1000.log": GooseSample().text]).records
        let figures = try #require(records.first?.steps.first?.scenarios.first)
        #expect(figures.name == "getversion" && figures.request == "GET v1/tms/version")
        #expect(figures.completed == 100_000 && figures.service.count == 100_000)
        #expect(abs(figures.service.mean - 3250) < 1)
        #expect((figures.service.min, figures.service.max) == (1000, 238_000))
        #expect([50.0, 99, 99.9].map(figures.service.percentile) == [2000, 20_000, 43_000])
        #expect(figures.perSecond == 970.87)
    }

    @Test func aHundredThousand404AreFailures() throws {
        let sample = GooseSample(
            name: "POST v1/tms/pubkeys/creds/retrieve", scenario: "getkey", perSecond: 961.54, mean: 3.21, min: 2,
            max: 210, p99: 13,
            p999: 23, statuses: [(100_000, 404)], seconds: 104)
        let record = try #require(
            try imported(["202604301118/ladder/getkey_u100_i1000.log": sample.text]).records.first)
        #expect(record.failures == 100_000, "the old tool's own count of failures was 0")
        #expect(record.steps[0].scenarios[0].failures == [.status4xx: 100_000])
        #expect(record.verdict.word == .failedRequests)
        #expect(ConsoleText(record).text.contains("100 %"))
    }

    @Test func oneServerErrorIsSeenAndTheBusyTimeoutNamed() throws {
        let sample = GooseSample(
            name: "POST v1/tms/pubkeys/creds", scenario: "createkey", users: 10, count: 10_000, failures: 1,
            perSecond: 96.15, mean: 90.85,
            min: 10, max: 5035, median: 34, p99: 1000, p999: 2000, statuses: [(9_999, 201), (1, 500)], seconds: 104)
        let record = try #require(
            try imported(["202605040824/ladder/createkey_u10_i1000.log": sample.text]).records.first)
        #expect(record.steps[0].scenarios[0].failures == [.status5xx: 1])
        #expect(record.steps[0].wasReached && abs(record.steps[0].effectiveConcurrency - 8.74) < 0.01)
        #expect(ConsoleText(record).text.contains("5 s SQLite busy timeout"))
        #expect(ConsoleText(record).text.contains("0.01 %"))
    }

    @Test(arguments: [208, 214, 238, 261])
    func maximaOfTheNetworkAreNamed(_ maximum: Int) throws {
        let record = try #require(
            try imported(["getversion_u100_i1000.log": GooseSample(max: maximum).text]).records.first)
        #expect(KnownTimers.found(in: record).map(\.timer.name) == ["200 ms TCP retransmission timeout"])
        #expect(MeetingNote(record).text.contains("this is the network, not the server"))
    }

    @Test func otherFilesAreToldAndImportsAreKept() throws {
        let result = try imported([
            "202604301118/smoke/getversion_u1_i100.log": GooseSample(users: 1, count: 100, perSecond: 100, seconds: 1)
                .text,
            "202604301118/smoke/empty.log": "nothing", "202604301118/report.txt": "OVERALL: PASS",
        ])
        #expect(result.records.map(\.plan.kind) == [.smoke])
        #expect(result.problems == ["202604301118/smoke/empty.log: has no table of requests as Goose prints it"])
        try withTemporaryFolder { folder in
            let store = RunStore(folder: folder)
            for record in result.records { try store.save(record) }
            #expect(store.list().runs.first?.importedFrom?.hasPrefix("Goose 0.17.2") == true)
            #expect(throws: RunStoreError.self) { try OldResultsImport(folder: folder + "/none").read() }
        }
    }
}
