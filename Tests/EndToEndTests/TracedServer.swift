import Foundation
import TestSupport
import Testing

/// A server whose system calls are written down by strace.
struct TracedServer {
    let server: TestServer
    private let record: String

    /// - Parameter calls: names of system calls, as strace takes them: `read,write`.
    static func start(tracing calls: String, settings: [String] = []) async throws -> TracedServer {
        let strace = "/usr/bin/strace"
        try #require(FileManager.default.isExecutableFile(atPath: strace), "\(strace) is missing: install strace")
        let folder = try TemporaryFolder()
        let record = folder.file("strace.out")
        // With -D the server keeps the number of the process that is started here, so that it can be told to stop.
        let server = try await TestServer.start(
            in: folder, on: .sqlite, settings: settings,
            under: [strace, "-D", "-f", "-y", "-s", "32", "-o", record, "-e", "trace=\(calls)"])
        return TracedServer(server: server, record: record)
    }

    /// Stops the server.
    /// - Returns: a line for each call, or two for one during which another thread called something.
    func stop() async throws -> [Substring] {
        #expect(await server.stop() == 0)
        let isWritten = try await eventually {
            try String(contentsOfFile: record, encoding: .utf8).contains("+++ exited with 0 +++")
        }
        #expect(isWritten, "strace has not finished")
        return try String(contentsOfFile: record, encoding: .utf8).split(separator: "\n")
    }
}
