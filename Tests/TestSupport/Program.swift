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

    /// How many were started: a lock around nothing at all would confuse ThreadSanitizer.
    private static let spawned = Monitor(0)

    package let pid: Int32
    private let printed = Monitor(Printed())

    // Not by Foundation's `Process`: it takes a child that closes what it inherited, as sshd does, for one that has
    // ended, and then waits for that one only; and its waiting threads keep a processor busy.
    package init(_ path: String, _ arguments: [String], environment: [String: String] = [:]) throws {
        let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        // One at a time: another program started in the middle would inherit the pipes and keep them open.
        let (pid, output, errors) = try Self.spawned.withLock { spawned in
            spawned += 1
            let (output, errors) = (try Self.makePipe(), try Self.makePipe())
            defer {
                close(output.writing)
                close(errors.writing)
            }
            let pid = try Self.spawn(
                [path] + arguments, environment: variables.map { "\($0.key)=\($0.value)" }, output: output.writing,
                errors: errors.writing)
            return (pid, output.reading, errors.reading)
        }
        self.pid = pid
        // Blocking calls belong on threads of their own, not on the test runner's.
        let readers = DispatchGroup()
        let printed = printed
        Self.read(output, readers) { data in printed.withLock { $0.output += data } }
        Self.read(errors, readers) { data in printed.withLock { $0.errors += data } }
        Thread.detachNewThread {
            // Its number must not go to another process while `signal` may use it: it is given back under the lock.
            var information = siginfo_t()
            while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
            readers.wait()
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

    private static func makePipe() throws -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    private static func spawn(
        _ arguments: [String], environment: [String], output: Int32, errors: Int32
    ) throws -> Int32 {
        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&files, errors, STDERR_FILENO)
        // Signals as a shell would leave them, whatever the test runner does with its own.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        let argumentPointers = arguments.map { strdup($0) } + [nil]
        let environmentPointers = environment.map { strdup($0) } + [nil]
        defer { for pointer in argumentPointers + environmentPointers { free(pointer) } }
        var pid: Int32 = 0
        let result = posix_spawn(&pid, arguments[0], &files, &attributes, argumentPointers, environmentPointers)
        guard result == 0 else { throw POSIXError(.init(rawValue: result) ?? .EIO) }
        return pid
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
/// - Returns: false when it did not come about in time.
package func eventually(
    withinSeconds seconds: Double = 20, _ condition: @Sendable () async throws -> Bool
) async throws -> Bool {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < deadline {
        if try await condition() { return true }
        try await Task.sleep(for: .milliseconds(20))
    }
    return try await condition()
}
