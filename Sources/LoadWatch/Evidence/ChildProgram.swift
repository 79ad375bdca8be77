private import Glibc
private import Primitives

/// A program of the system that is run for what it prints.
enum ChildProgram {
    struct Outcome: Sendable {
        /// Standard output and error, as they came; at most ``ChildProgram/outputMax`` bytes.
        var output = ""
        var hasTimedOut = false
        /// As of waitpid; 0: success.
        var status: Int32 = 0
    }

    static let outputMax = 1 << 20
    /// The first of the names that is a program in the usual folders.
    static func find(_ name: String) -> String? {
        let folders = ["/usr/bin", "/usr/local/bin", "/bin", "/usr/sbin", "/sbin"] + pathFolders
        return folders.lazy.map { $0 + "/" + name }.first { access($0, X_OK) == 0 }
    }

    private static var pathFolders: [String] {
        getenv("PATH").map { String(cString: $0).split(separator: ":").map(String.init) } ?? []
    }

    /// - Parameter environment: added to what is needed to run at all; ours is not handed on.
    /// - Returns: nil when it could not be started.
    static func run(
        _ path: String, _ arguments: [String], environment: [String: String] = [:], milliseconds: Int
    ) -> Outcome? {
        var variables = ["PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C"]
        variables.merge(environment) { $1 }
        // Of a group of its own: Ctrl-C on the load test must not kill a debugger in the middle.
        let command = [path] + arguments
        guard
            let child = try? ChildProcess(command, environment: variables, errors: .withOutput, hasOwnGroup: true)
        else { return nil }
        defer { close(child.output) }

        var outcome = Outcome()
        var bytes: [UInt8] = []
        let deadline = Monotonic.nanoseconds + milliseconds * 1_000_000
        outcome.hasTimedOut = !readAll(child.output, into: &bytes, until: deadline)
        if outcome.hasTimedOut {
            // Never SIGTERM: a debugger that is asked to end while it is attaching kills the process it attaches to.
            // When it is killed itself, the kernel lets the process go.
            kill(child.pid, SIGKILL)
        }
        while waitpid(child.pid, &outcome.status, 0) < 0, errno == EINTR {}
        outcome.output = String(decoding: bytes, as: UTF8.self)
        return outcome
    }

    /// - Returns: false when the deadline came before the end.
    private static func readAll(_ file: Int32, into bytes: inout [UInt8], until deadline: Int) -> Bool {
        while true {
            let milliseconds = (deadline - Monotonic.nanoseconds) / 1_000_000
            var entry = pollfd(fd: file, events: Int16(POLLIN), revents: 0)
            guard milliseconds > 0, poll(&entry, 1, Int32(milliseconds)) > 0 else { return false }
            let count = withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 1) { space in
                let count = read(file, space.baseAddress, space.count)
                if count > 0, bytes.count < outputMax { bytes += space.prefix(count) }
                return count
            }
            if count <= 0 { return true }
        }
    }
}
