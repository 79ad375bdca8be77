private import Glibc

/// Stops calling a server that does not answer, so that logins by other means do not wait for it.
///
/// Every login runs the program anew, so the count of failures lives in a file. Its text is the number of failures in
/// a row and the time of the last one, in microseconds since 1970. Two processes that write at the same time lose one
/// count, which is harmless. A file that cannot be read or written is as good as none: never a reason to refuse a
/// login.
struct Breaker: Sendable {
    /// Failures in a row, other than time-outs, after which calls stop.
    let failuresMax: Int
    /// How long they stop.
    let pause: Duration

    private let file: String
    private let log: KeyCmdLog

    private struct State {
        var failures: Int
        var lastFailureMicroseconds: Int64
    }

    init(directory: String, failuresMax: Int, pause: Duration, log: KeyCmdLog) {
        file = directory + "/breaker"
        self.failuresMax = failuresMax
        self.pause = pause
        self.log = log
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
            log(.debug, "cannot remove \(file): \(error)")
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
            if !error.isMissing { log(.debug, "cannot read \(file): \(error)") }
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
            log(.debug, "cannot write \(file): \(error)")
        }
    }

    /// By the wall clock, the only one that processes share over a restart of the machine.
    private static var nowMicroseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }
}
