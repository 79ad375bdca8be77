import Foundation
import TestSupport

/// An account of this machine that somebody can log in to with a key, made for a test.
///
/// sshd looks its accounts up in the system's list, so there is no way round a real one. Its name carries the number of
/// the test process: what a killed one left is removed by the next.
struct LoginAccount: Sendable {
    private static let prefix = "tmstest"

    let name: String

    /// Runs `body` with an account that is gone afterwards.
    static func with<Result>(_ body: (LoginAccount) async throws -> Result) async throws -> Result {
        try await removeLeftOver()
        let account = LoginAccount(name: "\(prefix)\(getpid())-\(UInt16.random(in: .min ... .max))")
        // '*' is no password and, unlike the usual '!', does not lock the account.
        try await administer(
            "/usr/sbin/useradd",
            ["--system", "--no-create-home", "--home-dir", "/", "--shell", "/bin/sh", "--password", "*", account.name])
        do {
            let result = try await body(account)
            try await account.remove()
            return result
        } catch {
            try? await account.remove()
            throw error
        }
    }

    private func remove() async throws {
        try await Self.administer("/usr/sbin/userdel", ["--force", name])
    }

    private static func removeLeftOver() async throws {
        let names = try String(contentsOfFile: "/etc/passwd", encoding: .utf8)
            .split(separator: "\n").compactMap { $0.split(separator: ":").first }
        for name in names where name.hasPrefix(prefix) {
            guard let pid = Int32(name.dropFirst(prefix.count).prefix { $0 != "-" }), kill(pid, 0) != 0 else {
                continue
            }
            try await LoginAccount(name: String(name)).remove()
        }
    }

    /// Runs a program that changes the list of accounts. They exclude each other with a lock, for which they wait
    /// not at all or not long.
    private static func administer(_ program: String, _ arguments: [String]) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while true {
            let outcome = try await Program.run(program, arguments)
            if outcome.status == 0 { return }
            guard ContinuousClock.now < deadline else {
                throw TestServer.Failure("\(program) \(arguments): \(outcome.errors)")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}
