import Foundation
import Primitives
import TestSupport
import Testing

/// A server that may not open as many files as it would like to: who is connected is served, the others wait, and the
/// log says so.
@Suite(.timeLimit(.minutes(5))) struct OpenFilesTests {
    /// The value of a metric without labels, asked over a connection that is open.
    private func metric(_ name: String, _ connection: RawConnection, _ answered: inout Int) async throws -> Int {
        try await connection.send(rawRequest("GET", "/metrics"))
        answered += 1
        let text = try #require(try await connection.answers(answered).last?.text)
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix(name + " ") }, "\(name)")
        return try #require(Int(line.dropFirst(name.count + 1)))
    }

    private func greet(_ connection: RawConnection, _ answered: inout Int) async throws {
        try await connection.send(rawRequest("GET", "/v1/tms/hello"))
        answered += 1
        #expect(try await connection.answers(answered).last?.status == 200)
    }

    @Test func connectionsThatDoNotFitWaitUntilOthersClose() async throws {
        // The other ends of the connections are this process's.
        OpenFiles.raiseMax()
        let launcher = ["/bin/sh", "-c", "ulimit -n 256; exec \"$@\"", "sh"]
        try await Servers.withOwn(["idle_timeout_seconds=600"], under: launcher) { server in
            let key = try #require(try await Wire(server.url).create()["public_key_fingerprint"])
            #expect(server.log.contains(#"event="fewer connections than connections_max fit the limit of open files""#))
            let held = try await RawConnection(server)
            var answered = 0
            try await greet(held, &answered)
            let idle = try await withThrowingTaskGroup(of: RawConnection.self) { group in
                for _ in 0..<300 { group.addTask { try await RawConnection(server) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let max = try await metric("tms_http_connections_max", held, &answered)
            #expect((1..<256).contains(max))
            var open = 0
            while open < max { open = try await metric("tms_http_connections", held, &answered) }
            for _ in 1...50 { try await greet(held, &answered) }
            #expect(try await metric("tms_http_connections", held, &answered) == max)

            let login = try await RawConnection(server)
            let body = #"{"user": "testhostaccount1", "host": "testhost1", "public_key_fingerprint": "\#(key)"}"#
            try await login.send(rawRequest("POST", retrievePath, body: body))
            for _ in 1...50 { try await greet(held, &answered) }
            #expect(login.received.isEmpty)
            for connection in idle { try await connection.close() }
            #expect(try await login.answer().status == 200)
            // The limit of files itself was never met.
            #expect(try await metric("tms_http_accept_failures_total", held, &answered) == 0)
        }
    }

    /// Whatever else takes the files.
    @Test func runningOutIsSaidOnceAndKeepsNoLoopBusy() async throws {
        try await Servers.withOwn(["event_loops=1"]) { server in
            let held = try await RawConnection(server)
            var answered = 0
            try await greet(held, &answered)
            let files = "/proc/\(server.process.pid)/fd"
            func limitFiles(_ count: Int) async throws {
                let outcome = try await Program.run(
                    "/usr/bin/env", ["prlimit", "--pid", String(server.process.pid), "--nofile=\(count):"])
                try #require(outcome.status == 0, "\(outcome.errors)")
            }
            let before = OpenFiles.max
            try await limitFiles(try FileManager.default.contentsOfDirectory(atPath: files).count + 4)
            var waiting: [RawConnection] = []
            for _ in 0..<20 { waiting.append(try await RawConnection(server)) }
            let said = #"event="connections cannot be accepted and wait; those that are open go on""#
            #expect(try await eventually { server.log.contains(said) })

            var failures = 0
            while failures < 3 { failures = try await metric("tms_http_accept_failures_total", held, &answered) }
            for _ in 1...50 { try await greet(held, &answered) }
            // Four a second; a loop that did nothing else would come to some hundred thousand.
            failures = try await metric("tms_http_accept_failures_total", held, &answered)
            #expect(failures < 2000)
            #expect(server.log.split(separator: "\n").count { $0.contains(said) } == 1)

            try await limitFiles(before)
            for connection in waiting {
                try await connection.send(rawRequest("GET", "/v1/tms/hello"))
                #expect(try await connection.answer().status == 200)
            }
        }
    }
}
