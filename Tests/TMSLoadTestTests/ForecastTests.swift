import ArgumentParser
import LoadRecord
import Testing

@testable import TMSLoadTest

@Suite("The forecast")
struct ForecastTests {
    private func plan(_ arguments: [String]) throws -> LoadPlan {
        let command = try RunCommand.parse(arguments)
        var maker = PlanMaker(load: command.load, judging: command.judging, timeoutSeconds: 60, parsesResponses: true)
        return maker.make()
    }

    @Test("says that the old ladder's 100 users are a handful")
    func oldLadder() throws {
        let plan = try plan(["--suite", "ladder", "--goose-defaults", "--scenarios", "getkey"])
        let sentences = Forecast(latencies: ["getkey": 0.0043], keepAlive: true).sentences(for: plan)
        let sentence = try #require(sentences.first { $0.contains("users=100") })
        #expect(sentence.contains("about 4-9 of 100 users will overlap"), "\(sentence)")
        #expect(sentences.contains { $0.contains("no more than 1,000 requests/s") })
        // One user is one user.
        #expect(!sentences.contains { $0.contains("users=1:") })
    }

    @Test("has no fault to find where everybody starts together")
    func together() throws {
        let plan = try plan(["--users", "100", "--iterations", "1000", "--scenarios", "getkey"])
        #expect(Forecast(latencies: ["getkey": 0.0043], keepAlive: true).sentences(for: plan).isEmpty)
    }

    @Test("knows that a throttle keeps users apart")
    func throttle() throws {
        let plan = try plan([
            "--users", "50", "--run-time", "30s", "--throttle-requests", "200", "--scenarios", "getkey",
        ])
        let sentences = Forecast(latencies: ["getkey": 0.005], keepAlive: true).sentences(for: plan)
        #expect(sentences.count == 1 && sentences[0].contains("about 1-2 of 50 users"), "\(sentences)")
    }

    @Test("knows that ports run out without keep-alive")
    func ports() throws {
        let plan = try plan(["--rate", "2000", "--scenarios", "getversion"])
        let sentences = Forecast(latencies: [:], keepAlive: false).sentences(for: plan)
        #expect(sentences.count == 1 && sentences[0].contains("port"), "\(sentences)")
    }
}
