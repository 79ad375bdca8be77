import Foundation
import TestSupport

/// A server that misbehaves on purpose, as its flags say.
final class MisbehavingServer: Sendable {
    let process: RunningProgram
    let url: String

    init(_ flags: String..., in network: Network? = nil) async throws {
        var (path, arguments) = (Program.path("misbehaving-server"), flags + ["--exit-with-parent"])
        if let network { (path, arguments) = network.command(path, arguments) }
        let process = try RunningProgram(path, arguments)
        self.process = process
        let prefix = "listening on "
        let hasStarted = try await eventually { process.output.contains(prefix) || process.hasEnded }
        let line = process.output.split(separator: "\n").first { $0.hasPrefix(prefix) }
        guard hasStarted, let port = line?.dropFirst(prefix.count) else {
            throw LoadTester.Missing(description: "misbehaving-server did not start: \(process.errors)")
        }
        url = "http://127.0.0.1:\(port)"
    }

    deinit { process.signal(SIGKILL) }
}
