import Foundation
import TestSupport

/// A temporary directory with a configuration in it, for one test.
struct Folder {
    let path: String

    var configPath: String { path + "/tms_keycmd.toml" }

    /// Runs `body` with a folder that is gone afterwards.
    static func with<Result>(_ body: (Folder) async throws -> Result) async throws -> Result {
        let path = NSTemporaryDirectory() + "/tms-keycmd-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try await body(Folder(path: path))
    }

    func write(_ text: String, to name: String) throws {
        try text.write(toFile: path + "/" + name, atomically: true, encoding: .utf8)
    }

    func read(_ name: String) -> String? {
        try? String(contentsOfFile: path + "/" + name, encoding: .utf8)
    }

    func writeConfig(_ text: String) throws {
        try write(text, to: "tms_keycmd.toml")
    }

    /// Asks for the key of `fingerprint`, as sshd would.
    func ask(_ fingerprint: String, options: [String] = []) async throws -> Program.Outcome {
        try await Program.run(Program.path("tms-keycmd"), arguments(fingerprint, options: options))
    }

    func arguments(_ fingerprint: String, options: [String] = []) -> [String] {
        ["--verbose", "--config", configPath] + options + ["alice", "1001", fingerprint, "ssh-ed25519"]
    }
}
