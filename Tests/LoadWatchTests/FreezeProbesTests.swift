import LoadRecord
import LoadWatch
import Primitives
import TMSClient
import TestSupport
import Testing

@Suite struct FreezeProbesTests {
    private func probes(_ url: String, withClient: Bool = true) -> FreezeProbes {
        var credentials = Credentials(tenant: "test")
        if withClient { credentials.client = .init(id: "testclient1", secret: SecretBytes("secret")) }
        return FreezeProbes(
            url: url, credentials: credentials, clientID: "testclient1", startedAt: Monotonic.nanoseconds)
    }

    /// The first answer to each question.
    private func outcomes(_ probes: FreezeProbes, questions: Int = 3) async throws -> [ProbeResult.Question: String] {
        probes.start()
        defer { probes.stop() }
        #expect(try await eventually { Set(probes.results.map(\.question)).count == questions })
        return outcomes(of: probes.results)
    }

    private func outcomes(of results: [ProbeResult]) -> [ProbeResult.Question: String] {
        Dictionary(results.map { ($0.question, $0.outcome) }) { first, _ in first }
    }

    /// What is known of each question as soon as the first round is said to be over, without looking again.
    private func outcomesOfFirstRound(_ probes: FreezeProbes) async -> [ProbeResult.Question: String] {
        probes.start()
        defer { probes.stop() }
        let results = await withCheckedContinuation { continuation in
            _ = WorkerThread(name: "first-round") { continuation.resume(returning: probes.resultsOfFirstRound()) }
        }
        return outcomes(of: results)
    }

    private func timedOut(_ question: ProbeResult.Question, _ probes: FreezeProbes) -> Bool {
        probes.results.contains { $0.question == question && $0.outcome == "timeout" }
    }

    @Test func aServerThatAnswersIsFoundToBe() async throws {
        let server = try await MisbehavingServer.start()
        let outcomes = try await outcomes(probes(server.url))
        #expect(outcomes == [.connect: "ok", .getversion: "ok", .getclient: "ok"])
    }

    @Test func withoutCredentialsTheDatabaseIsNotAskedFor() async throws {
        let server = try await MisbehavingServer.start()
        #expect(try await outcomes(probes(server.url, withClient: false), questions: 2)[.getclient] == nil)
    }

    @Test func aServerThatReadsNothingTakesConnectionsAndNoMore() async throws {
        let server = try await MisbehavingServer.start("--accept-only")
        let outcomes = try await outcomes(probes(server.url))
        #expect(outcomes == [.connect: "ok", .getversion: "no answer yet", .getclient: "no answer yet"])
    }

    @Test func theFirstRoundIsWaitedFor() async throws {
        let server = try await MisbehavingServer.start()
        let outcomes = await outcomesOfFirstRound(probes(server.url))
        #expect(outcomes == [.connect: "ok", .getversion: "ok", .getclient: "ok"])
    }

    /// A second, not the two of a time-out: what has waited for so long is told of as such.
    @Test func aFirstRoundThatIsNotAnsweredIsNotWaitedForToItsEnd() async throws {
        let server = try await MisbehavingServer.start("--accept-only")
        let outcomes = await outcomesOfFirstRound(probes(server.url))
        #expect(outcomes == [.connect: "ok", .getversion: "no answer yet", .getclient: "no answer yet"])
    }

    @Test func oneOperationThatIsFrozenIsTold() async throws {
        let server = try await MisbehavingServer.start("--freeze-endpoint", "getclient", "--after", "0")
        let probes = probes(server.url)
        let outcomes = try await outcomes(probes)
        #expect(outcomes[.getversion] == "ok")
        #expect(outcomes[.getclient] == "no answer yet")
    }

    @Test func aQuestionThatIsNotAnsweredTimesOut() async throws {
        let server = try await MisbehavingServer.start("--accept-only")
        let probes = probes(server.url)
        probes.start()
        #expect(try await eventually { timedOut(.getversion, probes) })
        let count = probes.stop().count
        #expect(probes.results.count == count)
    }

    @Test func nobodyWhoListensIsARefusal() async throws {
        let server = try await MisbehavingServer.start()
        server.process.signal(9)
        _ = await server.process.waitUntilExit()
        let outcomes = try await outcomes(probes(server.url))
        #expect(outcomes == [.connect: "refused", .getversion: "refused", .getclient: "refused"])
    }

    @Test func statusesAreAnswers() async throws {
        let server = try await MisbehavingServer.start("--fail-one-in", "1")
        #expect(try await outcomes(probes(server.url))[.getversion] == "status 500")
    }

    @Test func aFullQueueTimesOut() async throws {
        let server = try await MisbehavingServer.start("--never-accept", "--backlog", "0")
        let connections = (0..<3).map { _ in OpenConnection(port: server.port) }
        let probes = probes(server.url)
        probes.start()
        #expect(try await eventually { timedOut(.connect, probes) })
        probes.stop()
        _ = connections
    }
}
