private import CSpawn
private import Glibc

/// Another program that was started, and what it writes to.
///
/// Not Foundation's `Process`: that takes a child that closes what it inherited, as sshd does, for one that has ended,
/// and its waiting threads keep a processor busy.
package struct ChildProcess: Sendable {
    /// Where what the program writes to standard error comes out.
    package enum Errors: Sendable { case apart, withOutput }

    /// Whoever started it waits for it, or it stays a zombie.
    package let pid: Int32
    /// To read standard output from; whoever started it closes it.
    package let output: Int32
    /// The same for standard error, when it comes apart.
    package let errors: Int32?

    /// Why a program could not be started.
    package struct Failure: Error, CustomStringConvertible, Sendable {
        /// `errno`
        package let number: Int32
        package var description: String { String(cString: strerror(number)) }
    }

    /// Starts a program with nothing to read, with signals as a shell would leave them, and with no file of ours: NIO's
    /// sockets would stay open in it, and who is at their other end would not learn that we have closed them.
    /// - Parameters:
    ///   - command: the program's path, and its arguments.
    ///   - environment: all of it; nothing of our own is added.
    ///   - hasOwnGroup: so that Ctrl-C on us is none for it.
    package init(
        _ command: [String], environment: [String: String], errors: Errors, hasOwnGroup: Bool = false
    ) throws(Failure) {
        guard let output = Pipe() else { throw Failure(number: errno) }
        defer { close(output.writing) }
        let apart = errors == .apart ? Pipe() : nil
        defer { if let apart { close(apart.writing) } }
        var number = errors == .apart && apart == nil ? errno : 0
        var pid: Int32 = 0
        if number == 0 {
            number = Self.spawn(
                command, environment, output: output.writing, errors: apart?.writing ?? output.writing, hasOwnGroup,
                &pid)
        }
        guard number == 0 else {
            close(output.reading)
            if let apart { close(apart.reading) }
            throw Failure(number: number)
        }
        self.init(pid: pid, output: output.reading, errors: apart?.reading)
    }

    private init(pid: Int32, output: Int32, errors: Int32?) {
        (self.pid, self.output, self.errors) = (pid, output, errors)
    }

    private struct Pipe {
        let reading: Int32
        let writing: Int32

        /// - Returns: nil with `errno` set when there are no files left.
        init?() {
            var ends: [Int32] = [-1, -1]
            guard pipe(&ends) == 0 else { return nil }
            (reading, writing) = (ends[0], ends[1])
        }
    }

    /// - Returns: 0, or an `errno`.
    private static func spawn(
        _ command: [String], _ environment: [String: String], output: Int32, errors: Int32, _ hasOwnGroup: Bool,
        _ pid: inout Int32
    ) -> Int32 {
        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&files, errors, STDERR_FILENO)
        posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | (hasOwnGroup ? POSIX_SPAWN_SETPGROUP : 0)
        posix_spawnattr_setflags(&attributes, Int16(flags))

        let arguments = command.map { strdup($0) } + [nil]
        let variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in arguments + variables { free(pointer) } }
        return posix_spawn(&pid, command[0], &files, &attributes, arguments, variables)
    }
}
