/// What became of one operation's requests, in all and second by second.
final class Tally {
    enum Outcome {
        /// Status 2xx.
        case success
        /// Status 503: a limit spoke.
        case refusal
        /// Any other status, a lost connection, no answer in time.
        case failure(String)
    }

    /// Of the run, in monotonic nanoseconds.
    private var start: UInt64 = 0
    private(set) var total = Counts()
    private(set) var failures: [String: Int] = [:]
    private(set) var successLatency = Histogram()
    private(set) var refusalLatency = Histogram()
    private(set) var seconds: [Second] = []

    private var current = Second()
    private var currentSuccesses = Histogram()
    private var currentRefusals = Histogram()

    func begin(at start: UInt64) {
        self.start = start
    }

    func sent(at now: UInt64) {
        moveOn(to: now)
        total.sent += 1
        current.counts.sent += 1
    }

    /// - Parameter latency: nanoseconds since the request was due.
    func ended(_ outcome: Outcome, latency: UInt64, at now: UInt64) {
        moveOn(to: now)
        switch outcome {
        case .success:
            total.succeeded += 1
            current.counts.succeeded += 1
            successLatency.record(nanoseconds: latency)
            currentSuccesses.record(nanoseconds: latency)
        case .refusal:
            total.refused += 1
            current.counts.refused += 1
            refusalLatency.record(nanoseconds: latency)
            currentRefusals.record(nanoseconds: latency)
        case .failure(let reason):
            total.failed += 1
            current.counts.failed += 1
            failures[reason, default: 0] += 1
        }
    }

    /// Closes the last second of the run.
    func finish() {
        closeSecond()
    }

    private func moveOn(to now: UInt64) {
        let second = Int((now - start) / 1_000_000_000)
        while seconds.count < second { closeSecond() }
    }

    private func closeSecond() {
        current.p99 = currentSuccesses.permille(990)
        current.max = currentSuccesses.count > 0 ? currentSuccesses.max : nil
        current.refusalP99 = currentRefusals.permille(990)
        seconds.append(current)
        current = Second()
        currentSuccesses.removeAll()
        currentRefusals.removeAll()
    }
}

struct Counts {
    var sent = 0
    var succeeded = 0
    var refused = 0
    var failed = 0
}

/// Requests count in the second they were sent in, answers in the second they came in. Latencies in microseconds.
struct Second {
    var counts = Counts()
    var p99: UInt64?
    var max: UInt64?
    var refusalP99: UInt64?
}
