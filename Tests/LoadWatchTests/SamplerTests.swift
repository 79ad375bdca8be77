import Foundation
import LoadRecord
import TestSupport
import Testing

@testable import LoadWatch

/// What the sampler says of processes whose state is known.
@Suite struct SamplerTests {
    @Test func aBusyProcessShowsItsTimeAndItsRunningThread() async throws {
        let server = try await MisbehavingServer.start("--burn-after", "0")
        var sampler = ServerSampler(pid: server.pid)
        let connection = server.ask()
        try await Task.sleep(for: .seconds(1))
        let sampleTaken = sampler.sample()
        let sample = try #require(sampleTaken)
        // Other tests may have most of the processors.
        #expect(sample.cpu ?? 0 > 0.1)
        #expect(sample.cpu ?? 9 < 1.1)
        #expect(sample.threads["R"] == 1)
        #expect(sample.residentBytes ?? 0 > 1 << 20)
        _ = connection
    }

    @Test func anIdleProcessUsesNothing() async throws {
        let server = try await MisbehavingServer.start()
        var sampler = ServerSampler(pid: server.pid)
        try await Task.sleep(for: .seconds(1))
        let sampleTaken = sampler.sample()
        let sample = try #require(sampleTaken)
        #expect(sample.cpu ?? 9 < 0.05)
        #expect(sample.threads == ["S": 2])
        #expect(sample.acceptQueue == 0)
        #expect(sample.contextSwitches != nil)
        #expect(sample.diskWriteBytes == 0)
    }

    @Test func aStoppedProcessIsSeenToBe() async throws {
        let server = try await MisbehavingServer.start()
        var sampler = ServerSampler(pid: server.pid)
        server.process.signal(SIGSTOP)
        try await Task.sleep(for: .milliseconds(100))
        let sample1 = sampler.sample()
        #expect(sample1?.threads == ["T": 2])
        server.process.signal(SIGCONT)
        try await Task.sleep(for: .milliseconds(100))
        let sample2 = sampler.sample()
        #expect(sample2?.threads == ["S": 2])
    }

    @Test func threadsAndFilesAreCounted() async throws {
        let server = try await MisbehavingServer.start("--leak-files")
        var sampler = ServerSampler(pid: server.pid)
        let beforeTaken = sampler.sample()
        let before = try #require(beforeTaken)
        let connections = server.ask(times: 30, "GET /v1/tms/version")
        for connection in connections { #expect(connection.hasAnswer(withinMilliseconds: 5000)) }
        let afterTaken = sampler.sample()
        let after = try #require(afterTaken)
        // One for each connection, and the one it leaves open.
        #expect((after.openFiles ?? 0) - (before.openFiles ?? 0) == 60)
        #expect(after.threads["S"] == 32)
        #expect(after.contextSwitches ?? 0 >= 30)
    }

    @Test func connectionsThatAreNotAcceptedAreCounted() async throws {
        let server = try await MisbehavingServer.start("--never-accept", "--backlog", "3")
        var sampler = ServerSampler(pid: server.pid)
        let connections = (0..<10).map { _ in OpenConnection(port: server.port) }
        try await Task.sleep(for: .milliseconds(100))
        // Linux lets one more wait than the backlog says.
        let sample3 = sampler.sample()
        #expect(sample3?.acceptQueue == 4)
        _ = connections
    }

    @Test func bytesThatAreNotReadAreCounted() async throws {
        let server = try await MisbehavingServer.start("--accept-only")
        var sampler = ServerSampler(pid: server.pid, port: server.port)
        let connections = (0..<5).map { _ in OpenConnection(port: server.port) }
        for connection in connections { connection.send(String(repeating: "x", count: 1000)) }
        try await Task.sleep(for: .milliseconds(100))
        let sampleTaken = sampler.sample()
        let sample = try #require(sampleTaken)
        #expect(sample.unreadBytes == 5000)
        #expect(sample.acceptQueue == 0)
    }

    @Test func aProcessThatHasGoneGivesNothing() async throws {
        let server = try await MisbehavingServer.start()
        var sampler = ServerSampler(pid: server.pid)
        let sample4 = sampler.sample()
        #expect(sample4 != nil)
        server.process.signal(SIGKILL)
        _ = await server.process.waitUntilExit()
        let sample5 = sampler.sample()
        #expect(sample5 == nil)
        #expect(ServerProcess.listeningPorts(of: server.pid).isEmpty)
    }

    @Test func theServerIsFoundByItsPort() async throws {
        let server = try await MisbehavingServer.start()
        #expect(ServerProcess.find(listeningOn: server.port) == server.pid)
        #expect(ServerProcess.listeningPorts(of: server.pid) == [server.port])
        let port = server.port
        server.process.signal(SIGKILL)
        _ = await server.process.waitUntilExit()
        #expect(ServerProcess.find(listeningOn: port) != server.pid)
    }

    @Test func metricsAreReadWhenThereAreAny() async throws {
        let server = try await MisbehavingServer.start("--with-metrics")
        var reader = MetricsReader(url: server.url)
        let sample6 = reader.read()
        #expect(sample6?.queueDepth == 7)
        let without = try await MisbehavingServer.start()
        var other = MetricsReader(url: without.url)
        let sample7 = other.read()
        #expect(sample7 == nil)
        let sample8 = other.read()
        #expect(sample8 == nil)
    }

    @Test func commitTimesAreMeansSinceTheReadingBefore() throws {
        let text = "tms_commit_duration_seconds_sum 0.5\ntms_commit_duration_seconds_count 100\n"
        let metrics = try #require(MetricsReader.parse(text))
        #expect(metrics.queueDepth == nil)
        #expect(metrics.commits?.seconds == 0.5)
        #expect(metrics.commits?.count == 100)
        #expect(MetricsReader.parse("go_goroutines 5\n") == nil)
    }

    @Test func statOfAProcessWithAWildNameIsRead() throws {
        let numbers = (3...52).map { "\($0)" }.joined(separator: " ")
        let stat = try #require(ProcessStat("4711 (a ) b (c)) S \(numbers)"))
        #expect(stat.name == "a ) b (c)")
        #expect(stat.state == "S")
        #expect(stat.startTime == 21)
        #expect(stat.residentPages == 23)
        #expect(ProcessStat("4711 (short) S 1 2") == nil)
    }
}
