internal import Foundation
internal import Primitives

/// A program of this package, or of the system, run as a user would run it.
package enum Program {
    /// What a finished program left.
    package struct Outcome: Sendable {
        package let status: Int32
        package let output: String
        package let errors: String
    }

    /// The path of a program of this package: they are built beside the tests. `TMS_PROGRAMS` names another folder, so
    /// that the tests can be put to a release build.
    package static func path(_ name: String) -> String {
        if let folder = ProcessInfo.processInfo.environment["TMS_PROGRAMS"], !folder.isEmpty {
            return folder + "/" + name
        }
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent(name).path
    }

    /// Runs a program to its end, without blocking a thread of the test runner.
    /// - Parameter secondsMax: after which it is killed.
    package static func run(
        _ path: String, _ arguments: [String], environment: [String: String] = [:], secondsMax: Double = 60
    ) async throws -> Outcome {
        let running = try RunningProgram(path, arguments, environment: environment)
        let killer = Task {
            try await Task.sleep(for: .seconds(secondsMax))
            running.signal(SIGKILL)
        }
        defer { killer.cancel() }
        let status = await running.waitUntilExit()
        return Outcome(status: status, output: running.output, errors: running.errors)
    }
}

/// A program that runs beside the test, with what it has printed so far.
package final class RunningProgram: Sendable {
    private struct Printed {
        var output = Data()
        var errors = Data()
        var status: Int32?
        var waiters: [CheckedContinuation<Int32, Never>] = []
    }

    /// How long what a program has printed is waited for when it has ended.
    private static let restSecondsMax = 40

    package let pid: Int32
    private let printed = Monitor(Printed())

    package init(_ path: String, _ arguments: [String], environment: [String: String] = [:]) throws {
        let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let child = try ChildProcess([path] + arguments, environment: variables, errors: .apart)
        let pid = child.pid
        self.pid = pid
        // Blocking calls belong on threads of their own, not on the test runner's.
        let readers = DispatchGroup()
        let printed = printed
        Self.read(child.output, readers) { data in printed.withLock { $0.output += data } }
        if let errors = child.errors {
            Self.read(errors, readers) { data in printed.withLock { $0.errors += data } }
        }
        Thread.detachNewThread {
            // Its number must not go to another process while `signal` may use it: it is given back under the lock.
            var information = siginfo_t()
            while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
            // One that crashed leaves its pipes to the program that prints its backtrace, which may hang.
            _ = readers.wait(timeout: .now() + .seconds(Self.restSecondsMax))
            let waiters = printed.withLock { printed in
                var status: Int32 = 0
                while waitpid(pid, &status, 0) < 0, errno == EINTR {}
                let signal = status & 0x7F
                printed.status = signal == 0 ? (status >> 8) & 0xFF : -signal
                defer { printed.waiters = [] }
                return (printed.waiters, printed.status ?? 0)
            }
            for waiter in waiters.0 { waiter.resume(returning: waiters.1) }
        }
    }

    private static func read(
        _ descriptor: Int32, _ readers: DispatchGroup, store: @escaping @Sendable (Data) -> Void
    ) {
        readers.enter()
        Thread.detachNewThread {
            let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            while true {
                let data = handle.availableData
                if data.isEmpty { break }
                store(data)
            }
            readers.leave()
        }
    }

    package var output: String { printed.withLock { String(decoding: $0.output, as: UTF8.self) } }
    package var errors: String { printed.withLock { String(decoding: $0.errors, as: UTF8.self) } }
    package var hasEnded: Bool { printed.withLock { $0.status != nil } }

    package func signal(_ number: Int32) {
        printed.withLock { printed in
            if printed.status == nil { kill(pid, number) }
        }
    }

    /// - Returns: the exit status, or the negative number of the signal that ended it.
    package func waitUntilExit() async -> Int32 {
        await withCheckedContinuation { continuation in
            let status = printed.withLock { printed -> Int32? in
                if printed.status == nil { printed.waiters.append(continuation) }
                return printed.status
            }
            if let status { continuation.resume(returning: status) }
        }
    }

    deinit { signal(SIGKILL) }
}

/// Waits for something that another process or thread does.
///
/// It looks at least ten times: among hundreds of tests under a sanitizer a single look can take all of the seconds, and
/// then says what was so when it began.
/// - Returns: false when it did not come about in time.
package func eventually(
    withinSeconds seconds: Double = 20, _ condition: @Sendable () async throws -> Bool
) async throws -> Bool {
    let deadline = ContinuousClock.now + .seconds(seconds)
    var looks = 0
    while looks < 10 || ContinuousClock.now < deadline {
        if try await condition() { return true }
        looks += 1
        try await Task.sleep(for: .milliseconds(20))
    }
    return try await condition()
}
