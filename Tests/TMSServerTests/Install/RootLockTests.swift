import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct RootLockTests {
    private func run(_ server: TestServer, _ arguments: String...) async throws -> Program.Outcome {
        try await Program.run(
            Program.path("tms-server"), arguments + ["--root-dir", server.root],
            environment: server.database.environment)
    }

    @Test func secondServerInAFolderIsRefusedAndTheFirstKeepsItsSocket() async throws {
        try await Servers.withOwn { server in
            let second = try await run(
                server, "serve", "--allow-root", "--http-addr", "http://127.0.0.1", "--http-port", "0")
            #expect(second.status == 1)
            #expect(second.output.isEmpty)
            #expect(second.errors.contains(server.root))
            #expect(second.errors.contains("process \(server.process.pid) serves from this folder already"))

            let status = try await run(server, "status")
            #expect(status.status == 0)
            #expect(status.output == "{\"status\":\"ok\"}\n")
            #expect(try await Wire(server.url).create().status == 201)
        }
    }

    @Test func killedServerLeavesNoLock() async throws {
        let folder = try TemporaryFolder()
        try await Servers.withOwn(in: folder) { server in
            server.process.signal(SIGKILL)
            #expect(await server.process.waitUntilExit() == -SIGKILL)
            #expect(FileManager.default.fileExists(atPath: server.root + "/run/lock"))
        }
        try await Servers.withOwn(in: folder) { server async throws in
            #expect(try await run(server, "status").status == 0)
        }
    }

    @Test func lockThatCannotBeTakenKeepsNobodyFromServing() async throws {
        let folder = try TemporaryFolder()
        let root = try await Servers.withOwn(in: folder) { server async throws in
            #expect(await server.stop() == 0)
            return server.root
        }
        try FileManager.default.removeItem(atPath: root + "/run/lock")
        try FileManager.default.createDirectory(atPath: root + "/run/lock", withIntermediateDirectories: false)
        try await Servers.withOwn(in: folder) { server async throws in
            #expect(try await Wire(server.url).create().status == 201)
            #expect(server.log.contains("this folder cannot be kept from other servers"))
        }
    }

    @Test func commandsForUseBesideAServerGoOn() async throws {
        let folder = try TemporaryFolder()
        try await Servers.withOwn(in: folder) { server in
            let install = try await run(server, "install", "--allow-root")
            #expect(install.status == 0)
            #expect(install.output.contains("nothing was changed"))
            let export = try await run(server, "export", folder.file("export"), "--allow-root")
            #expect(export.status == 0, "\(export.errors)")
            #expect(try await run(server, "migrate", "--dry-run", "--allow-root").status == 0)
        }
    }
}
