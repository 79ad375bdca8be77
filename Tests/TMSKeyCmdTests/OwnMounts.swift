import Foundation
import TestSupport

/// A shell whose mounts nobody else sees: for paths that are fixed, and not this machine's to change for a test.
enum OwnMounts {
    /// - Parameter arguments: the shell's `$0`, `$1` and so on.
    static func run(_ script: String, _ arguments: [String]) async throws -> Program.Outcome {
        // Whoever is not root is it among names of their own.
        let names = geteuid() == 0 ? ["--mount"] : ["--user", "--map-root-user", "--mount"]
        return try await Program.run("/usr/bin/unshare", names + ["/bin/sh", "-c", script] + arguments)
    }
}
