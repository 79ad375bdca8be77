private import Glibc
private import Primitives

/// Stops calling a server that does not answer, so that logins by other means do not wait for it.
///
/// Every login runs the program anew, so the count of failures lives in a file. Its text is the number of failures in
/// a row and the time of the last one, in microseconds since 1970. Two processes that write at the same time lose one
/// count, which is harmless. A file that cannot be read or written is as good as none: never a reason to refuse a
/// login, but an error in the log, because it shows nowhere else until a server hangs.
struct Breaker: Sendable {
    /// Failures in a row, other than time-outs, after which calls stop.
    let failuresMax: Int
    /// How long they stop.
    let pause: Duration

    private let file: String
    private let log: KeyCmdLog
    private let hasComplained = Monitor(false)

    private struct State {
        var failures: Int
        var lastFailureMicroseconds: Int64
    }

    /// - Returns: nil where there is no directory for the count. The log has why; but the standard one need not be there.
    init?(_ configuration: KeyCmdConfiguration, log: KeyCmdLog) {
        let directory = configuration.stateDirectory ?? KeyCmdConfiguration.standardStateDirectory
        do {
            try Self.check(directory)
        } catch {
            if !error.isMissing || configuration.stateDirectory != nil {
                log(
                    .error,
                    """
                    no breaker, so that every login will wait for a server that hangs: \(directory): \(error). It must be \
                    a directory of AuthorizedKeysCommandUser's that nobody else can write to; as root: install -d -m 0700 \
                    -o nobody \(directory)
                    """)
            }
            return nil
        }
        file = directory + "/breaker"
        failuresMax = configuration.breakerFailures
        pause = configuration.breakerPause
        self.log = log
    }

    /// Whoever else could write there could keep everybody's TMS keys from being looked up.
    private static func check(_ directory: String) throws(SmallFile.Failure) {
        var status = stat()
        guard stat(directory, &status) == 0 else { throw SmallFile.Failure(number: errno) }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw SmallFile.Failure(number: ENOTDIR) }
        let isOwn = status.st_uid == geteuid() && status.st_mode & 0o022 == 0
        guard isOwn else { throw SmallFile.Failure(number: EPERM) }
        guard access(directory, R_OK | W_OK | X_OK) == 0 else { throw SmallFile.Failure(number: errno) }
    }

    /// Whether the server may be called now.
    ///
    /// The first caller after the pause begins a new one before it tries: while it waits for the server, the others
    /// are still spared.
    func allowsCall() -> Bool {
        guard let state = readState(), state.failures >= failuresMax else { return true }
        let sinceLast = Duration.microseconds(Self.nowMicroseconds - state.lastFailureMicroseconds)
        // A last failure in the future means that the clock was set back.
        guard sinceLast < .zero || sinceLast >= pause else { return false }
        write(State(failures: state.failures, lastFailureMicroseconds: Self.nowMicroseconds))
        return true
    }

    /// The server has answered.
    func recordSuccess() {
        do {
            try SmallFile.remove(file)
        } catch {
            complain("remove", error)
        }
    }

    /// The server has failed. One time-out opens the breaker by itself: it has cost a login the whole budget, while a
    /// refused connection costs nothing.
    func recordFailure(isTimeout: Bool) {
        // More than the limit tells nothing, and a damaged file may hold any number.
        let failures = isTimeout ? failuresMax : min(readState()?.failures ?? 0, failuresMax - 1) + 1
        write(State(failures: failures, lastFailureMicroseconds: Self.nowMicroseconds))
    }

    private func readState() -> State? {
        let text: String
        do {
            text = try SmallFile.read(file)
        } catch {
            if !error.isMissing { complain("read", error) }
            return nil
        }
        let words = text.split { $0 == " " || $0 == "\n" }
        guard words.count == 2, let failures = Int(words[0]), failures >= 0, let time = Int64(words[1]), time >= 0
        else {
            log(.debug, "\(file) is damaged and ignored")
            return nil
        }
        return State(failures: failures, lastFailureMicroseconds: time)
    }

    private func write(_ state: State) {
        do {
            try SmallFile.replace(file, with: "\(state.failures) \(state.lastFailureMicroseconds)\n")
        } catch {
            complain("write", error)
        }
    }

    /// Once per login is enough: a file that cannot be read most likely cannot be written.
    private func complain(_ verb: String, _ error: SmallFile.Failure) {
        let isFirst = hasComplained.withLock { hasComplained in
            defer { hasComplained = true }
            return !hasComplained
        }
        guard isFirst else { return }
        log(.error, "the breaker cannot \(verb) \(file): \(error); see to that file, and to the room on its disk")
    }

    /// By the wall clock, the only one that processes share over a restart of the machine.
    private static var nowMicroseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }
}
