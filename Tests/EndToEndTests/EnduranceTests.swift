import Foundation
import Synchronization
import TestSupport
import Testing

/// Many requests over many connections: no error, no hang, no growth.
///
/// `TMS_ENDURANCE_REQUESTS` sets how many creates and how many lookups; `TMS_PROGRAMS` puts it to a release build.
@Suite struct EnduranceTests {
    private static let connections = 100
    /// The part of a phase after which memory must not grow any more.
    private static let warmUp = 0.2
    /// Growth of the resident memory that is allowed all the same, of what it was after the warm-up, …
    private static let growthMax = 0.2
    /// … and in addition, in KiB. A short run ends before SQLite's caches are full: 16 MiB for the writer and 8 MiB for
    /// each of two readers.
    private static let allowance = 32 * 1024

    private static var requests: Int {
        ProcessInfo.processInfo.environment["TMS_ENDURANCE_REQUESTS"].flatMap { Int($0) } ?? 20_000
    }

    @Test func memoryStaysFlat() async throws {
        let server = try await TestServer.start(
            settings: ["log_level=warning", "event_loops=2", "login_deadline_seconds=40"])
        let share = Self.requests / Self.connections
        let made = try await phase("creates", at: server) { connection, _, done in
            var fingerprints: [UInt8] = []
            for _ in 0..<share {
                let answer = try connection.send(PlainRequest.create)
                guard answer.status == 201, let fingerprint = answer.fingerprint else {
                    throw TestServer.Failure(answer.text)
                }
                fingerprints += fingerprint
                done()
            }
            return fingerprints
        }
        try #require(made.count == Self.connections)
        let length = PlainConnection.fingerprintLength
        _ = try await phase("lookups", at: server) { connection, index, done in
            for start in stride(from: 0, to: made[index].count, by: length) {
                let answer = try connection.send(PlainRequest.retrieve(made[index][start..<start + length]))
                guard answer.status == 200 else { throw TestServer.Failure(answer.text) }
                done()
            }
            return []
        }
        #expect(await server.stop() == 0)
        #expect(!server.log.contains("level=error"))
    }

    private typealias Share =
        @Sendable (
            _ connection: PlainConnection, _ index: Int, _ done: () -> Void
        ) throws -> [UInt8]

    /// Runs a share of the requests on each connection, while it watches the server's memory.
    /// - Returns: what each share left; fewer when there were errors.
    private func phase(_ name: String, at server: TestServer, _ share: @escaping Share) async throws -> [[UInt8]] {
        let (port, pid, count) = (server.port, server.process.pid, Progress())
        let begin = ContinuousClock.now
        let watcher = Task { try await Self.watchMemory(of: pid, count) }
        let results = await onThreads(Self.connections) { index in
            Result { try share(try PlainConnection(port: port), index) { count.requests.add(1, ordering: .relaxed) } }
        }
        count.isOver.store(true, ordering: .relaxed)
        let seconds = begin.duration(to: .now) / .seconds(1)
        let memory = try await watcher.value
        for result in results { #expect(throws: Never.self) { try result.get() } }
        let requests = count.requests.load(ordering: .relaxed)
        #expect(requests == Self.requests / Self.connections * Self.connections)
        print(
            """
            \(requests) \(name) over \(Self.connections) connections in \(Int(seconds)) s, \
            \(Int(Double(requests) / seconds))/s; resident memory \(memory.start / 1024) MiB at the start, \
            \(memory.warm / 1024) after the warm-up, at most \(memory.most / 1024) then, \(memory.end / 1024) at the end
            """)
        #expect(memory.warm > 0)
        #expect(memory.most < memory.warm + Int(Double(memory.warm) * Self.growthMax) + Self.allowance)
        return results.compactMap { try? $0.get() }
    }

    private final class Progress: Sendable {
        let requests = Atomic(0)
        let isOver = Atomic(false)
    }

    /// The server's resident memory, in KiB.
    private struct Memory {
        let start: Int
        var warm = 0
        /// Since the warm-up.
        var most = 0
        var end = 0
    }

    private static func watchMemory(of pid: Int32, _ count: Progress) async throws -> Memory {
        var memory = Memory(start: try residentMemory(of: pid))
        while !count.isOver.load(ordering: .relaxed) {
            try await Task.sleep(for: .milliseconds(50))
            memory.end = try residentMemory(of: pid)
            if memory.warm == 0 {
                guard Double(count.requests.load(ordering: .relaxed)) >= Double(requests) * warmUp else { continue }
                memory.warm = memory.end
            }
            memory.most = max(memory.most, memory.end)
        }
        return memory
    }

    private static func residentMemory(of pid: Int32) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        guard let number = line?.split(whereSeparator: { " \t".contains($0) }).dropFirst().first.flatMap({ Int($0) })
        else { throw TestServer.Failure("no VmRSS in /proc/\(pid)/status") }
        return number
    }
}
