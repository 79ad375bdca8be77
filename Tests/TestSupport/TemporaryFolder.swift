internal import Foundation
private import Primitives

/// A number that many tasks may raise.
package final class Tally: Sendable {
    private let number = Monitor(0)

    package init() {}

    package var count: Int { number.withLock { $0 } }

    package func add() {
        number.withLock { $0 += 1 }
    }
}

/// A folder of its own for a test, gone with the last reference to it.
package final class TemporaryFolder: Sendable {
    package let path: String

    package init() throws {
        path = FileManager.default.temporaryDirectory.path + "/tms-test-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    package func file(_ name: String) -> String { path + "/" + name }

    /// Writes a file and gives its path.
    package func write(_ text: String, to name: String, mode: Int = 0o600) throws -> String {
        let path = file(name)
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return path
    }
}
