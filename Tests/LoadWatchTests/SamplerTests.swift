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
        let sample = try sampler.take()
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
        let sample = try sampler.take()
        #expect(sample.cpu ?? 9 < 0.05)
        #expect(sample.threads == ["S": 2 + Sanitizer.threads])
        #expect(sample.acceptQueue == 0)
        #expect(sample.contextSwitches != nil)
        #expect(sample.diskWriteBytes == 0)
    }

    @Test func aStoppedProcessIsSeenToBe() async throws {
        let server = try await MisbehavingServer.start()
        var sampler = ServerSampler(pid: server.pid)
        server.process.signal(SIGSTOP)
        try await Task.sleep(for: .milliseconds(100))
        let stopped = sampler.sample()
        #expect(stopped?.threads == ["T": 2 + Sanitizer.threads])
        server.process.signal(SIGCONT)
        try await Task.sleep(for: .milliseconds(100))
        let goingOn = sampler.sample()
        #expect(goingOn?.threads == ["S": 2 + Sanitizer.threads])
    }

    @Test func threadsAndFilesAreCounted() async throws {
        let server = try await MisbehavingServer.start("--leak-files")
        var sampler = ServerSampler(pid: server.pid)
        let before = try sampler.take()
        let connections = server.ask(times: 30, "GET /v1/tms/version")
        for connection in connections { #expect(connection.hasAnswer(withinMilliseconds: 5000)) }
        // Who has answered last may not wait again yet.
        #expect(try await eventually { try allWait(server) })
        let after = try sampler.take()
        // One for each connection, and the one it leaves open.
        #expect((after.openFiles ?? 0) - (before.openFiles ?? 0) == 60)
        #expect(after.threads["S"] == 32 + Sanitizer.threads)
        #expect(after.contextSwitches ?? 0 >= 30)
    }

    private func allWait(_ server: MisbehavingServer) throws -> Bool {
        var look = ServerSampler(pid: server.pid)
        return try Set(look.take().threads.keys) == ["S"]
    }

    @Test func connectionsThatAreNotAcceptedAreCounted() async throws {
        let server = try await MisbehavingServer.start("--never-accept", "--backlog", "3")
        var sampler = ServerSampler(pid: server.pid)
        let connections = (0..<10).map { _ in OpenConnection(port: server.port) }
        try await Task.sleep(for: .milliseconds(100))
        // Linux lets one more wait than the backlog says.
        let sample = sampler.sample()
        #expect(sample?.acceptQueue == 4)
        _ = connections
    }

    @Test func bytesThatAreNotReadAreCounted() async throws {
        let server = try await MisbehavingServer.start("--accept-only")
        var sampler = ServerSampler(pid: server.pid, port: server.port)
        let connections = (0..<5).map { _ in OpenConnection(port: server.port) }
        for connection in connections { connection.send(String(repeating: "x", count: 1000)) }
        try await Task.sleep(for: .milliseconds(100))
        let sample = try sampler.take()
        #expect(sample.unreadBytes == 5000)
        #expect(sample.acceptQueue == 0)
    }

    @Test func aSocketThatTheKernelListsTwiceIsOne() {
        let line = " 0: 0100007F:0BB8 0100007F:9C40 01 00000000:000003E8 00:00000000 00000000     0        0 4711 1 0\n"
        let unowned = line.replacing("4711", with: "0")
        var unread: [Int] = []
        SocketTable.forEach(in: [Array("head\n\(line)\(line)\(unowned)\(unowned)".utf8)]) { unread.append($0.unread) }
        #expect(unread == [1000, 1000, 1000])
    }

    @Test func aProcessThatHasGoneGivesNothing() async throws {
        let server = try await MisbehavingServer.start()
        var sampler = ServerSampler(pid: server.pid)
        let before = sampler.sample()
        #expect(before != nil)
        server.process.signal(SIGKILL)
        _ = await server.process.waitUntilExit()
        let after = sampler.sample()
        #expect(after == nil)
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
        let figures = reader.read()
        #expect(figures?.queueDepth == 7)
        let without = try await MisbehavingServer.start()
        var other = MetricsReader(url: without.url)
        let first = other.read()
        #expect(first == nil)
        let second = other.read()
        #expect(second == nil)
    }

    @Test func commitTimesAreMeansSinceTheReadingBefore() throws {
        let text = "tms_commit_duration_seconds_sum 0.5\ntms_commit_duration_seconds_count 100\n"
        let metrics = try #require(MetricsReader.parse(text))
        #expect(metrics.queueDepth == nil)
        #expect(metrics.commits?.seconds == 0.5)
        #expect(metrics.commits?.count == 100)
        #expect(MetricsReader.parse("go_goroutines 5\n") == nil)
    }

    /// Anybody's server may say it.
    @Test(arguments: ["NaN", "+Inf", "-inf", "1e300"])
    func metricsThatAreNoNumbersAreLeftOut(value: String) throws {
        let depth = "tms_queue_depth{queue=\"writes\"}"
        #expect(MetricsReader.parse("\(depth) \(value)\n") == nil)
        let metrics = try #require(MetricsReader.parse("\(depth) \(value)\n\(depth) 3\n"))
        #expect(metrics.queueDepth == 3)
    }

    @Test func queueThatIsSaidToBeEndlessIsNone() throws {
        let line = "tms_queue_depth{queue=\"writes\"} 999999999999999\n"
        let metrics = try #require(MetricsReader.parse(String(repeating: line, count: 10_000)))
        #expect(metrics.queueDepth == MetricsReader.queueDepthMax)
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

extension ServerSampler {
    private struct HasGone: Error {}

    fileprivate mutating func take() throws -> ServerSample {
        guard let sample = sample() else { throw HasGone() }
        return sample
    }
}
