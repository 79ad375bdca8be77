import Foundation
import TestSupport
import Testing

@Suite struct CommandLineTests {
    private func run(_ arguments: [String], environment: [String: String] = [:]) async throws -> Program.Outcome {
        try await Program.run(Program.path("tms-server"), arguments, environment: environment)
    }

    @Test(arguments: [[], ["serve"], ["install"], ["migrate"], ["export"], ["import"], ["version"]])
    func helpIsThere(command: [String]) async throws {
        let outcome = try await run(command + ["--help"])
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("USAGE: tms-server"))
        #expect(outcome.errors.isEmpty)
    }

    @Test(arguments: [["version"], ["--version"]])
    func versionIsSaid(arguments: [String]) async throws {
        let outcome = try await run(arguments)
        #expect(outcome.status == 0)
        #expect(outcome.output.contains(/\d+\.\d+\.\d+/))
    }

    @Test func helpListsTheExitStatuses() async throws {
        // Its lines are as long as the terminal is wide.
        let help = try await run(["--help"]).output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        for status in ["0 done", "64 wrong usage", "77 refused to run as root", "78 configuration", "1 otherwise"] {
            #expect(help.contains(status))
        }
    }

    @Test(arguments: [
        ["nonsense"], ["serve", "--nonsense"], ["serve", "--http-port", "x"], ["export"], ["import"],
        ["status", "--timeout", "0"], ["status", "--timeout=-1"],
    ])
    func misuseIsRefused(arguments: [String]) async throws {
        let outcome = try await run(arguments)
        #expect(outcome.status == 64)
        #expect(!outcome.errors.isEmpty)
    }

    @Test(.enabled(if: geteuid() == 0), arguments: ["serve", "install", "migrate"])
    func rootIsRefused(command: String) async throws {
        let folder = try TemporaryFolder()
        let outcome = try await run([command, "--root-dir", folder.file("tms")])
        #expect(outcome.status == 77)
        #expect(outcome.errors.contains("--allow-root"))
        #expect(!FileManager.default.fileExists(atPath: folder.file("tms")))
    }

    @Test func rootFolderMayComeFromTheEnvironment() async throws {
        let folder = try TemporaryFolder()
        let outcome = try await run(["install", "--allow-root"], environment: ["TMS_ROOT_DIR": folder.file("env")])
        #expect(outcome.status == 0)
        #expect(FileManager.default.fileExists(atPath: folder.file("env/tms-install.out")))
    }

    @Test func rootFolderIsBelowHomeByDefault() async throws {
        let folder = try TemporaryFolder()
        let outcome = try await run(
            ["install", "--allow-root"], environment: ["HOME": folder.path, "TMS_ROOT_DIR": ""])
        #expect(outcome.status == 0)
        #expect(FileManager.default.fileExists(atPath: folder.file(".tms/tms-install.out")))
    }

    @Test func flagForTheRootFolderGoesBeforeTheEnvironment() async throws {
        let folder = try TemporaryFolder()
        let outcome = try await run(
            ["install", "--allow-root", "-r", folder.file("flag")], environment: ["TMS_ROOT_DIR": folder.file("env")])
        #expect(outcome.status == 0)
        #expect(FileManager.default.fileExists(atPath: folder.file("flag/tms-install.out")))
        #expect(!FileManager.default.fileExists(atPath: folder.file("env")))
    }

    @Test func portInUseEndsIt() async throws {
        let first = try await Servers.shared()
        let folder = try TemporaryFolder()
        #expect(try await run(["install", "--allow-root", "-r", folder.file("tms")]).status == 0)
        let second = try await run([
            "serve", "--allow-root", "-r", folder.file("tms"), "--http-addr", "http://127.0.0.1", "--http-port",
            String(first.port),
        ])
        #expect(second.status == 1)
        #expect(!second.output.contains("listening"))
    }
}
