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

    @Test("knows that the old ramp can be made steeper")
    func steepRamp() throws {
        let plan = try plan([
            "--users", "100", "--iterations", "1000", "--goose-defaults", "-r", "5", "--scenarios", "getkey",
        ])
        let sentences = Forecast(latencies: ["getkey": 0.0043], keepAlive: true).sentences(for: plan)
        #expect(sentences.count == 2 && sentences[0].contains("about 22-43 of 100 users"), "\(sentences)")
        #expect(sentences[0].contains("only 5.00 start per second"), "\(sentences)")
        #expect(sentences[1].contains("no more than 5,000 requests/s"), "\(sentences)")
    }

    @Test("divides by nothing where the old way starts all at once")
    func noRamp() throws {
        let line = ["--users", "50", "--iterations", "1000", "--goose-defaults", "-s", "0", "--scenarios", "getkey"]
        let forecast = Forecast(latencies: ["getkey": 0.005], keepAlive: true)
        #expect(forecast.sentences(for: try plan(line)).isEmpty)
        // Then the throttle alone keeps them apart, and it is the throttle that is named.
        let sentences = forecast.sentences(for: try plan(line + ["--throttle-requests", "200"]))
        #expect(sentences.count == 1 && sentences[0].contains("about 1-2 of 50 users"), "\(sentences)")
        #expect(sentences[0].hasSuffix("and 200 are due per second."), "\(sentences)")
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
