import Foundation

/// The program whose formats are ours: what it says about a key is the truth.
enum SSHKeygen {
    struct Result {
        let output: String
        let status: Int32
    }

    static func run(_ arguments: String...) throws -> Result {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/ssh-keygen")
        process.arguments = arguments
        // Without this it would ask on a terminal, and wait, when it finds something odd.
        process.standardInput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines)
        return Result(output: text, status: process.terminationStatus)
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
