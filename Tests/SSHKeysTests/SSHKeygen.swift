import Foundation
import Primitives

/// The program whose formats are ours: what it says about a key is the truth.
enum SSHKeygen {
    struct Result {
        let output: String
        let status: Int32
    }

    static func run(_ arguments: String...) throws -> Result {
        // With nothing to read it does not ask, and wait, when it finds something odd.
        let child = try ChildProcess(
            ["/usr/bin/ssh-keygen"] + arguments, environment: ProcessInfo.processInfo.environment, errors: .apart)
        defer { if let errors = child.errors { close(errors) } }
        let data = FileHandle(fileDescriptor: child.output, closeOnDealloc: true).readDataToEndOfFile()
        var status: Int32 = -1
        while waitpid(child.pid, &status, 0) < 0, errno == EINTR {}
        let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines)
        return Result(output: text, status: status)
    }

    /// Bits and fingerprint, the first two words of `ssh-keygen -lf`.
    static func list(_ path: String) throws -> [String] {
        try run("-lf", path).output.split(separator: " ").prefix(2).map(String.init)
    }
}

/// Gives `body` the path of a new folder, which is removed afterwards.
func withTemporaryFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("SSHKeysTests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path)
}
