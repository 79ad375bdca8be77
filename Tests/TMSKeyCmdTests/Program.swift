import Foundation

/// The real binary, which the build has put next to this test's.
enum Program {
    struct Outcome: Sendable {
        let status: Int32
        let output: String
        let log: String
    }

    struct Missing: Error {
        let path: String
    }

    private static var url: URL {
        get throws {
            let testBinary = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            let url = URL(filePath: testBinary).deletingLastPathComponent().appending(path: "tms-keycmd")
            guard FileManager.default.isExecutableFile(atPath: url.path) else { throw Missing(path: url.path) }
            return url
        }
    }

    /// Runs it to its end, on a thread that may sleep.
    static func run(_ arguments: [String]) async throws -> Outcome {
        let process = Process()
        process.executableURL = try url
        process.arguments = arguments
        let (output, log) = (Pipe(), Pipe())
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = log
        try process.run()
        return await withCheckedContinuation { continuation in
            // What it writes fits into the pipes.
            DispatchQueue(label: "tms-keycmd").async {
                process.waitUntilExit()
                continuation.resume(returning: Outcome(
                    status: process.terminationStatus,
                    output: String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self),
                    log: String(decoding: log.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)))
            }
        }
    }
}
