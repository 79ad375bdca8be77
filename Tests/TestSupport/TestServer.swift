internal import Foundation
internal import TMSAPI
package import TMSStore

/// A real `tms-server` in a folder of its own, on a free port.
package final class TestServer: Sendable {
    package let folder: TemporaryFolder
    package let process: RunningProgram
    package let database: TestDatabase
    /// `http://127.0.0.1:PORT`
    package let url: String

    /// The test client of a new installation (contract 5.5).
    package static let clientHeaders = [
        Header.tenant: "test", Header.clientID: "testclient1", Header.clientSecret: "secret1",
    ]

    /// Installs, unless the folder has an installation, and starts with the tenant `test` open.
    /// - Parameters:
    ///   - settings: `key=value` pairs of tms.toml.
    ///   - backend: of a new installation; one that the folder has stays on the database it is on.
    ///   - launcher: a program, with its arguments, that becomes the server, such as `strace -D`.
    ///   - address: `http_addr`; IPv4 loopback, so that ports of parallel tests cannot clash across families.
    package static func start(
        in folder: TemporaryFolder? = nil, on backend: Backend = .ofServers, settings: [String] = [],
        address: String = "http://127.0.0.1",
        environment: [String: String] = [:], under launcher: [String] = []
    ) async throws -> TestServer {
        let folder = try folder ?? TemporaryFolder()
        let root = folder.file("tms")
        // No stock of keys: making one for each server of each test would keep the processors busy.
        let defaults = ["enable_test_tenant=true", "rsa_pairs=0", "ecdsa_pairs=0"]
        let database = try TestDatabase.ofServer(in: folder, on: backend)
        let environment = environment.merging(database.environment) { own, _ in own }
        let install = try await Program.run(
            Program.path("tms-server"), ["install", "--root-dir", root, "--allow-root"], environment: environment)
        guard install.status == 0 else { throw Failure("install: \(install.errors)") }
        let command = launcher + [Program.path("tms-server")]
        let process = try RunningProgram(
            command[0],
            command.dropFirst() + [
                "serve", "--root-dir", root, "--allow-root", "--http-addr", address, "--http-port", "0",
            ]
                + (defaults + settings).flatMap { ["--set", $0] },
            environment: environment)
        let prefix = "listening on "
        guard
            try await eventually(withinSeconds: 60, { process.output.contains(prefix) || process.hasEnded }),
            let line = process.output.split(separator: "\n").first(where: { $0.hasPrefix(prefix) })
        else {
            process.signal(SIGKILL)
            throw Failure("the server did not start: \(process.errors)")
        }
        return TestServer(
            folder: folder, database: database, process: process, url: String(line.dropFirst(prefix.count)))
    }

    private init(folder: TemporaryFolder, database: TestDatabase, process: RunningProgram, url: String) {
        self.folder = folder
        self.database = database
        self.process = process
        self.url = url
    }

    package struct Failure: Error, CustomStringConvertible {
        package let description: String
        package init(_ description: String) { self.description = description }
    }

    package var port: Int { url.split(separator: ":").last.flatMap { Int($0) } ?? 0 }
    package var root: String { folder.file("tms") }
    /// What the server has logged so far.
    package var log: String { process.errors }

    /// - Returns: the exit status.
    package func stop() async -> Int32 {
        process.signal(SIGTERM)
        return await process.waitUntilExit()
    }

    /// Changes the database beside the running server, as another process would.
    package func changeDatabase(_ sql: String) throws {
        try database.change(sql)
    }

    /// The number that a query gives, asked beside the running server.
    package func number(_ sql: StaticString, _ values: SQLValue...) throws -> Int {
        var number = -1
        try database.connect().run(sql, values) { number = Int($0.integer(0)) }
        return number
    }
}
