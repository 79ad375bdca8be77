internal import Foundation
private import Synchronization

/// A program of this package, or of the system, run as a user would run it.
package enum Program {
    /// What a finished program left.
    package struct Outcome: Sendable {
        package let status: Int32
        package let output: String
        package let errors: String
    }

    /// The path of a program of this package: they are built beside the tests.
    package static func path(_ name: String) -> String {
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
        var endedWith: Int32?
        /// Set when all has been read, too.
        var status: Int32?
        var waiters: [CheckedContinuation<Int32, Never>] = []
    }

    private final class Box: Sendable {
        let printed = Mutex(Printed())
    }

    // `Process` is not Sendable; it is only asked for its pid, and signalled through that.
    package let pid: Int32
    private let box = Box()

    package init(_ path: String, _ arguments: [String], environment: [String: String] = [:]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let (output, errors, box) = (Pipe(), Pipe(), box)
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = FileHandle.nullDevice
        // Not `waitUntilExit`: on Linux it spins, taking a core for as long as the program runs.
        let readers = DispatchGroup()
        readers.enter()
        process.terminationHandler = { process in
            let status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
            box.printed.withLock { $0.endedWith = status }
            readers.leave()
        }
        do {
            try process.run()
        } catch {
            readers.leave()
            throw error
        }
        pid = process.processIdentifier
        // Blocking reads belong on threads of their own, not on the test runner's.
        let read = { (handle: FileHandle, store: @escaping @Sendable (Data) -> Void) in
            readers.enter()
            let descriptor = handle.fileDescriptor
            Thread.detachNewThread {
                let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
                while true {
                    let data = handle.availableData
                    if data.isEmpty { break }
                    store(data)
                }
                readers.leave()
            }
        }
        read(output.fileHandleForReading) { data in box.printed.withLock { $0.output += data } }
        read(errors.fileHandleForReading) { data in box.printed.withLock { $0.errors += data } }
        let pipes = (output, errors)
        // Only when it has ended and everything that it printed has been read.
        readers.notify(queue: .global()) {
            _ = pipes
            let (status, waiters) = box.printed.withLock { printed in
                printed.status = printed.endedWith
                defer { printed.waiters = [] }
                return (printed.endedWith ?? -1, printed.waiters)
            }
            for waiter in waiters { waiter.resume(returning: status) }
        }
    }

    package var output: String { box.printed.withLock { String(decoding: $0.output, as: UTF8.self) } }
    package var errors: String { box.printed.withLock { String(decoding: $0.errors, as: UTF8.self) } }
    package var hasEnded: Bool { box.printed.withLock { $0.status != nil } }

    package func signal(_ number: Int32) {
        guard !hasEnded else { return }
        kill(pid, number)
    }

    /// - Returns: the exit status, or the negative number of the signal that ended it.
    package func waitUntilExit() async -> Int32 {
        await withCheckedContinuation { continuation in
            let status = box.printed.withLock { printed -> Int32? in
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
