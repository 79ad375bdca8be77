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
        let started = start([path] + arguments, variables.map { "\($0.key)=\($0.value)" })
        guard let (pid, reading) = started else { return nil }
        defer { close(reading) }

        var outcome = Outcome()
        var bytes: [UInt8] = []
        let deadline = Monotonic.nanoseconds + milliseconds * 1_000_000
        outcome.hasTimedOut = !readAll(reading, into: &bytes, until: deadline)
        if outcome.hasTimedOut {
            // Never SIGTERM: a debugger that is asked to end while it is attaching kills the process it attaches to.
            // When it is killed itself, the kernel lets the process go.
            kill(pid, SIGKILL)
        }
        while waitpid(pid, &outcome.status, 0) < 0, errno == EINTR {}
        outcome.output = String(decoding: bytes, as: UTF8.self)
        return outcome
    }

    /// One at a time: another program started in the middle would inherit the pipe and keep it open.
    private static let starting = Monitor(())

    private static func start(_ arguments: [String], _ environment: [String]) -> (pid: Int32, reading: Int32)? {
        starting.withLock { _ in
            var ends: [Int32] = [-1, -1]
            guard pipe(&ends) == 0 else { return nil }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            defer { close(ends[1]) }
            if let pid = spawn(arguments, environment, output: ends[1]) { return (pid, ends[0]) }
            close(ends[0])
            return nil
        }
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

    private static func spawn(_ arguments: [String], _ environment: [String], output: Int32) -> Int32? {
        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&files, output, STDERR_FILENO)
        // A group of its own: Ctrl-C on the load test must not kill a debugger in the middle.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
        posix_spawnattr_setflags(&attributes, Int16(flags))

        let argumentPointers = arguments.map { strdup($0) } + [nil]
        let environmentPointers = environment.map { strdup($0) } + [nil]
        defer { for pointer in argumentPointers + environmentPointers { free(pointer) } }
        var pid: Int32 = 0
        return posix_spawn(&pid, arguments[0], &files, &attributes, argumentPointers, environmentPointers) == 0
            ? pid : nil
    }
}
