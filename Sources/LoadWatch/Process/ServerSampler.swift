private import Glibc
package import LoadRecord
private import Primitives

/// Looks at a server's process from outside, once a second, on Linux.
///
/// What may not be read (somebody else's process) is nil in the sample. The price goes by the number of threads, up
/// to ``threadsMax``, and not by that of descriptors. The table of sockets is longer when there are thousands of
/// connections: it is then read less often, so that reading it takes a hundredth of the time at most.
package struct ServerSampler: Sendable {
    package let pid: Int32
    /// The ports it listens on.
    package private(set) var ports: Set<Int>

    /// Of a process with more threads, so many are looked at.
    package static let threadsMax = 256

    private let startTime: Int?
    private var counters: Counters
    private var socketsDueAt = 0

    /// Counters that only grow.
    private struct Counters {
        var at = 0
        var cpu: Int?
        var contextSwitches: Int?
        var diskWriteBytes: Int?
    }

    /// - Parameter port: nil: all those the process listens on.
    package init(pid: Int32, port: Int? = nil) {
        self.pid = pid
        ports = port.map { [$0] } ?? ServerProcess.listeningPorts(of: pid)
        startTime = ProcessStat.read(pid: pid)?.startTime
        counters = Self.count(pid: pid, contextSwitches: Self.threads(of: pid)?.contextSwitches)
    }

    /// What it is like now; rates are since the sample before, or since ``init(pid:port:)``.
    /// - Returns: nil when the process has gone.
    package mutating func sample() -> ServerSample? {
        guard let stat = ProcessStat.read(pid: pid), stat.startTime == startTime, !stat.hasEnded else { return nil }
        var sample = ServerSample()
        sample.residentBytes = stat.residentPages * Int(sysconf(Int32(_SC_PAGESIZE)))
        let threads = Self.threads(of: pid)
        sample.threads = threads?.byState ?? [:]
        sample.openFiles = ProcFile.count(in: "/proc/\(pid)/fd")

        let now = Self.count(pid: pid, contextSwitches: threads?.contextSwitches)
        let seconds = Double(now.at - counters.at) / 1e9
        if let cpu = now.cpu, let before = counters.cpu, seconds > 0 {
            sample.cpu = max(0, Double(cpu - before) / 1e9 / seconds)
        }
        sample.contextSwitches = Self.growth(from: counters.contextSwitches, to: now.contextSwitches)
        sample.diskWriteBytes = Self.growth(from: counters.diskWriteBytes, to: now.diskWriteBytes)
        counters = now

        if let sockets = sockets() {
            sample.acceptQueue = sockets.acceptQueue
            sample.unreadBytes = sockets.unreadBytes
            sample.unsentBytes = sockets.unsentBytes
        }
        return sample
    }

    private mutating func sockets() -> SocketSums? {
        let begin = Monotonic.nanoseconds
        guard begin >= socketsDueAt, !ports.isEmpty else { return nil }
        let sums = SocketSums.read(pid: pid, ports: ports)
        let end = Monotonic.nanoseconds
        // With a little less than that the next second's sample would be missed by a hair.
        let price = (end - begin) * 100
        socketsDueAt = price > 900_000_000 ? end + price : 0
        return sums
    }

    private static func threads(of pid: Int32) -> (byState: [String: Int], contextSwitches: Int)? {
        guard let names = ProcFile.names(in: "/proc/\(pid)/task", countMax: threadsMax) else { return nil }
        var byState: [String: Int] = [:]
        var contextSwitches = 0
        for name in names {
            guard let text = ProcFile.text("/proc/\(pid)/task/\(name)/status") else { continue }
            let status = ThreadStatus(text)
            byState[status.state, default: 0] += 1
            contextSwitches += status.contextSwitches
        }
        return (byState, contextSwitches)
    }

    private static func count(pid: Int32, contextSwitches: Int?) -> Counters {
        Counters(
            at: Monotonic.nanoseconds, cpu: ProcessClock.nanoseconds(of: pid), contextSwitches: contextSwitches,
            diskWriteBytes: ProcFile.text("/proc/\(pid)/io").flatMap { ProcFile.number("write_bytes:", in: $0) })
    }

    /// Threads that have ended take their counts with them.
    private static func growth(from before: Int?, to now: Int?) -> Int? {
        guard let before, let now else { return nil }
        return max(0, now - before)
    }
}

enum ProcessClock {
    /// Processor time of all threads of a process since its start. Exact, unlike the hundredths of a second in
    /// `/proc/<pid>/stat`.
    static func nanoseconds(of pid: Int32) -> Int? {
        var clock = clockid_t()
        var time = timespec()
        guard clock_getcpuclockid(pid, &clock) == 0, clock_gettime(clock, &time) == 0 else { return nil }
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}
