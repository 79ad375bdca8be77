import Foundation
import TestSupport

/// A loopback network of its own, which can be made to swallow every packet.
final class Network: Sendable {
    private static let unshare = "/usr/bin/unshare"
    private static let tc = "/usr/sbin/tc"
    /// No packet is as small as one byte, and what exceeds the bucket is dropped.
    private static let swallowing =
        ["qdisc", "add", "dev", "lo", "root"] + ["tbf", "rate", "8bit", "burst", "1", "limit", "1"]

    /// Whether this machine lets us make one.
    static func isAvailable() async -> Bool {
        guard geteuid() == 0, FileManager.default.isExecutableFile(atPath: tc) else { return false }
        let outcome = try? await Program.run(unshare, ["--net", tc] + swallowing)
        return outcome?.status == 0
    }

    /// The network lives as long as a process in it.
    private let holder: RunningProgram

    init() async throws {
        let holder = try RunningProgram(
            Self.unshare, ["--net", "sh", "-c", "ip link set lo up && echo up && exec sleep 300"])
        self.holder = holder
        guard try await eventually({ holder.output == "up\n" || holder.hasEnded }), !holder.hasEnded else {
            throw LoadTester.Missing(description: "no network: \(holder.errors)")
        }
    }

    deinit { holder.signal(SIGKILL) }

    /// A command that runs another one inside; it keeps its process id.
    func command(_ path: String, _ arguments: [String]) -> (path: String, arguments: [String]) {
        ("/usr/bin/nsenter", ["--net=/proc/\(holder.pid)/ns/net", path] + arguments)
    }

    func swallowEverything() async throws { try await run(Self.swallowing) }

    func mend() async throws { try await run(["qdisc", "del", "dev", "lo", "root"]) }

    private func run(_ arguments: [String]) async throws {
        let (path, arguments) = command(Self.tc, arguments)
        let outcome = try await Program.run(path, arguments)
        guard outcome.status == 0 else { throw LoadTester.Missing(description: "tc: \(outcome.errors)") }
    }
}
