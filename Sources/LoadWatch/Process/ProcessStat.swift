/// What `/proc/<pid>/stat` says, of a process or of one of its threads.
struct ProcessStat: Sendable {
    let name: String
    /// "R" runs or could, "S" sleeps, "D" waits for a disk, "T" was stopped, "Z" has ended.
    let state: String
    /// Since the machine's start, in ticks: with its number, what tells one process from another.
    let startTime: Int
    let residentPages: Int
    /// Ticks spent waiting for disks; 0 where the kernel does not count them.
    let diskWaitTicks: Int

    /// 123 (a name, which may hold spaces and parentheses) S 1 …
    init?(_ text: String) {
        guard let opening = text.firstIndex(of: "("), let closing = text.lastIndex(of: ")") else { return nil }
        name = String(text[text.index(after: opening)..<closing])
        // The first of these is field 3 of proc(5).
        let fields = text[text.index(after: closing)...].split(separator: " ")
        guard fields.count > 39, let start = Int(fields[19]), let pages = Int(fields[21]) else { return nil }
        state = String(fields[0])
        startTime = start
        residentPages = pages
        diskWaitTicks = Int(fields[39]) ?? 0
    }

    static func read(pid: Int32) -> ProcessStat? {
        ProcFile.text("/proc/\(pid)/stat").flatMap { ProcessStat($0) }
    }

    var hasEnded: Bool { state == "Z" || state == "X" }
    var isStopped: Bool { state == "T" || state == "t" }
}

/// What `/proc/<pid>/task/<tid>/status` says of a thread, as far as it is wanted each second.
struct ThreadStatus: Sendable {
    var state = "?"
    var contextSwitches = 0

    init(_ text: String) {
        for line in text.split(separator: "\n") {
            if line.hasPrefix("State:") {
                state = line.split(separator: "\t").dropFirst().first.map { String($0.prefix(1)) } ?? "?"
            } else if line.hasPrefix("voluntary_ctxt_switches:") || line.hasPrefix("nonvoluntary_ctxt_switches:") {
                contextSwitches += Int(line.split(separator: "\t").last ?? "") ?? 0
            }
        }
    }
}
