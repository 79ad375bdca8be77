private import Glibc
private import Primitives

/// Ends the process when its time is up, whatever else of it hangs: a file system, a name lookup, a handshake.
///
/// sshd gives its command two minutes, and drops everybody's connections when ten wait.
final class Watchdog: Sendable {
    private let start = ContinuousClock.now
    private let budget: Monitor<Duration>
    private let lastWords = Monitor<(@Sendable () -> Void)?>(nil)

    /// Counts from now.
    init(budget: Duration, log: KeyCmdLog) {
        self.budget = Monitor(budget)
        Self.armAlarm(budget)
        _ = WorkerThread(name: "watchdog") { [self] in
            sleepUntilSpent()
            lastWords.withLock { $0 }?()
            log(.error, "no answer within \(self.budget.withLock { $0 }); given up")
            _exit(KeyCmd.failureStatus)
        }
    }

    /// Changes the budget. It still counts from the beginning.
    func setBudget(_ budget: Duration) {
        Self.armAlarm(budget)
        self.budget.update { $0 = budget }
    }

    /// Has something done before the process ends for want of time.
    func beforeGivingUp(_ body: @escaping @Sendable () -> Void) {
        lastWords.update { $0 = body }
    }

    /// What is left of the budget; negative when it is spent.
    var remaining: Duration { budget.withLock { $0 } - start.duration(to: .now) }

    private func sleepUntilSpent() {
        while remaining > .zero {
            let old = budget.withLock { $0 }
            let milliseconds = Int(remaining / .milliseconds(1)) + 1
            _ = budget.wait(timeoutMilliseconds: milliseconds) { $0 != old ? $0 : nil }
        }
    }

    /// Should even the log hang, the kernel ends the process: SIGALRM has no handler here.
    private static func armAlarm(_ budget: Duration) {
        alarm(UInt32(budget.components.seconds) + 2)
    }
}
