private import Glibc
private import Primitives

/// One look at a process and its threads. Several, a little apart, tell what moves and what does not.
struct ProcessLook: Sendable {
    struct Thread: Sendable {
        var name = ""
        var state = "?"
        /// Of its life: on a processor, ready and waiting for one, nanoseconds; and how often it ran.
        var cpu = 0
        var readyWait = 0
        var runs = 0
        /// Where in the kernel it sleeps; "0" or empty when it does not, or that is hidden.
        var sleepsIn = ""
        var diskWaitTicks = 0
    }

    let at: Int
    let stat: ProcessStat
    let cpu: Int?
    let threads: [Int: Thread]
    let openFiles: Int?
    let sockets: SocketSums?

    /// Of a process with more threads, so many are looked at.
    static let threadsMax = 512

    /// - Returns: nil when there is no such process.
    init?(pid: Int32, ports: Set<Int>) {
        guard let stat = ProcessStat.read(pid: pid) else { return nil }
        self.stat = stat
        at = Monotonic.nanoseconds
        cpu = ProcessClock.nanoseconds(of: pid)
        var threads: [Int: Thread] = [:]
        for name in ProcFile.names(in: "/proc/\(pid)/task", countMax: Self.threadsMax) ?? [] {
            guard let number = Int(name) else { continue }
            threads[number] = Self.thread("/proc/\(pid)/task/\(name)")
        }
        self.threads = threads
        openFiles = ProcFile.count(in: "/proc/\(pid)/fd")
        sockets = ports.isEmpty ? nil : SocketSums.read(pid: pid, ports: ports)
    }

    private static func thread(_ folder: String) -> Thread? {
        guard let stat = ProcFile.text(folder + "/stat").flatMap({ ProcessStat($0) }) else { return nil }
        var thread = Thread()
        thread.name = stat.name
        thread.state = stat.state
        thread.diskWaitTicks = stat.diskWaitTicks
        thread.sleepsIn = ProcFile.text(folder + "/wchan") ?? ""
        let schedule = ProcFile.text(folder + "/schedstat") ?? ""
        let counters = schedule.split(whereSeparator: \.isWhitespace).map { Int($0) ?? 0 }
        if counters.count >= 3 { (thread.cpu, thread.readyWait, thread.runs) = (counters[0], counters[1], counters[2]) }
        return thread
    }

    static func text(of looks: [ProcessLook]) -> String {
        guard let first = looks.first else { return "" }
        var text = "thread | name | state | sleeps in | on a processor, ms | ready and waiting for one, ms | runs\n"
        for (number, look) in looks.enumerated() {
            text += "\nlook \(number + 1), after \((look.at - first.at) / 1_000_000) ms: process \(look.stat.state)\n"
            for (id, thread) in look.threads.sorted(by: { $0.key < $1.key }) {
                text += "\(id) | \(thread.name) | \(thread.state) | \(thread.sleepsIn) | "
                text += "\(thread.cpu / 1_000_000) | \(thread.readyWait / 1_000_000) | \(thread.runs)\n"
            }
        }
        return text
    }
}
