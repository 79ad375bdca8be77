import Foundation
import LoadRecord
import TestSupport

/// `tms-loadtest` as a user runs it, with a runs folder of its own.
final class LoadTester: Sendable {
    let folder: TemporaryFolder
    /// Of the process, for signals while it runs.
    let process: RunningProgram
    private let runsDir: String

    static let client = [
        "X_TMS_TENANT": "test", "X_TMS_CLIENT_ID": "testclient1", "X_TMS_CLIENT_SECRET": secret,
    ]
    /// Of the test client of a new installation.
    static let secret = "secret1"

    /// Variables that whoever runs the tests may have set; empty counts as unset.
    private static let unset = [
        "X_TMS_TENANT", "X_TMS_CLIENT_ID", "X_TMS_CLIENT_SECRET", "X_TMS_ADMIN_ID", "X_TMS_ADMIN_SECRET", "TMS_VERBOSE",
        "TMS_PARSE_RESPONSE", "TMS_PUBKEY_FINGERPRINT", "TMS_PUBKEY_USER", "TMS_PUBKEY_USERID", "TMS_PUBKEY_HOST",
        "TMS_PUBKEY_KEYTYPE", "TMS_URL",
    ]

    /// Starts a run.
    init(
        _ arguments: [String], environment: [String: String] = LoadTester.client, in folder: TemporaryFolder? = nil,
        inside network: Network? = nil
    ) throws {
        let folder = try folder ?? TemporaryFolder()
        self.folder = folder
        runsDir = folder.file("runs")
        let empty = Dictionary(uniqueKeysWithValues: Self.unset.map { ($0, "") })
        var (path, arguments) = (Program.path("tms-loadtest"), arguments + ["--runs-dir", runsDir])
        if let network { (path, arguments) = network.command(path, arguments) }
        process = try RunningProgram(path, arguments, environment: empty.merging(environment) { $1 })
    }

    /// What a finished run left.
    struct Outcome {
        let status: Int32
        let output: String
        let errors: String
        let runs: [RunRecord]
        let folder: TemporaryFolder

        /// The only run, or the newest.
        var record: RunRecord {
            get throws {
                guard let last = runs.max(by: { $0.startedAtMicroseconds < $1.startedAtMicroseconds }) else {
                    throw Missing(description: "no run was kept: \(errors)")
                }
                return last
            }
        }

        var total: ScenarioFigures { get throws { try record.steps.last?.total ?? ScenarioFigures() } }
    }

    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    func finish(secondsMax: Double = 120) async throws -> Outcome {
        let killer = Task { [process] in
            try await Task.sleep(for: .seconds(secondsMax))
            process.signal(SIGKILL)
        }
        defer { killer.cancel() }
        let status = await process.waitUntilExit()
        return Outcome(
            status: status, output: process.output, errors: process.errors, runs: try records(), folder: folder)
    }

    /// Runs to the end.
    static func run(
        _ arguments: [String], environment: [String: String] = LoadTester.client, in folder: TemporaryFolder? = nil
    ) async throws -> Outcome {
        try await LoadTester(arguments, environment: environment, in: folder).finish()
    }

    /// Waits until the load has begun.
    func hasBegun() async throws -> Bool {
        try await eventually { [process] in process.errors.contains(": begins") || process.hasEnded }
    }

    private func records() throws -> [RunRecord] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: runsDir)) ?? []
        return try names.compactMap { name in
            let path = "\(runsDir)/\(name)/run.json"
            guard let data = FileManager.default.contents(atPath: path) else { return nil }
            return try JSONDecoder().decode(RunRecord.self, from: data)
        }
    }
}

extension TemporaryFolder {
    /// Every file below a folder, by its path within.
    static func allFiles(in folder: String) throws -> [String: Data] {
        var files: [String: Data] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
            var isFolder: ObjCBool = false
            let path = folder + "/" + name
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue,
                let data = FileManager.default.contents(atPath: path)
            else { continue }
            files[name] = data
        }
        return files
    }

    func allFiles() throws -> [String: Data] { try Self.allFiles(in: path) }
}
