package import LoadRecord

/// What the evidence comes down to, for ``FreezeClassifier`` to judge. Nil: not known.
package struct EvidenceFacts: Codable, Sendable {
    package struct Thread: Codable, Sendable, Hashable {
        package var id = 0
        package var name = ""
        /// At each look.
        package var states: [String] = []
        /// Where in the kernel it slept at the last look.
        package var sleepsIn = ""
        /// On a processor, and ready but waiting for one, as a part of the time between the first look and the last.
        package var cpu = 0.0
        package var readyWait = 0.0
        /// Times that it ran meanwhile.
        package var runs = 0
        /// Innermost function first, of the last stack that was taken.
        package var stack: [String] = []
        /// Whether it was the same both times.
        package var hasSameStack: Bool?

        package init() {}
    }

    /// Of the freeze, as the detector sees it.
    package var kind = FreezeRecord.Kind.hang
    /// Nil: no process is known; it may be on another machine.
    package var isGone: Bool?
    /// "S", "T" …
    package var state: String?
    package var threads: [Thread] = []
    /// Processor time over ``seconds``, 1 = one processor, and how many processors there are.
    package var cpu: Double?
    package var processors = 1
    package var seconds = 0.0
    /// Seconds that threads spent waiting for a disk meanwhile, where the kernel counts that.
    package var diskWaitSeconds = 0.0
    package var openFiles: Int?
    package var openFilesMax: Int?
    package var sockets: SocketSums?
    /// By how much the accept queue grew meanwhile.
    package var acceptQueueGrowth = 0
    /// Of the SQLite database: its write-ahead log's size, and other processes that hold a lock for writing.
    package var walBytes: Int?
    package var otherLockHolders: [Int32] = []
    package var locksWaitedFor = 0
    /// Of PostgreSQL.
    package var databaseSessions: Int?
    package var databaseSessionsBusy: Int?
    package var databaseSessionsWaitingForLocks: Int?
    package var probes: [ProbeResult] = []

    package init() {}

    /// The last answer to a question.
    func outcome(of question: ProbeResult.Question) -> String? {
        probes.last { $0.question == question }?.outcome
    }

    /// Whether a question was answered, with whatever status.
    func isAnswered(_ question: ProbeResult.Question) -> Bool? {
        outcome(of: question).map { $0 == "ok" || $0.hasPrefix("status") }
    }
}

extension EvidenceFacts {
    mutating func note(_ looks: [ProcessLook]) {
        guard let first = looks.first, let last = looks.last else { return }
        state = last.stat.state
        seconds = Double(last.at - first.at) / 1e9
        if let before = first.cpu, let after = last.cpu, seconds > 0 { cpu = Double(after - before) / 1e9 / seconds }
        openFiles = last.openFiles
        sockets = last.sockets
        acceptQueueGrowth = (last.sockets?.acceptQueue ?? 0) - (first.sockets?.acceptQueue ?? 0)
        for (id, now) in last.threads.sorted(by: { $0.key < $1.key }) {
            var thread = Thread()
            thread.id = id
            thread.name = now.name
            thread.states = looks.compactMap { $0.threads[id]?.state }
            thread.sleepsIn = now.sleepsIn
            if let before = first.threads[id], seconds > 0 {
                thread.cpu = Double(now.cpu - before.cpu) / 1e9 / seconds
                thread.readyWait = Double(now.readyWait - before.readyWait) / 1e9 / seconds
                thread.runs = now.runs - before.runs
                diskWaitSeconds += Double(now.diskWaitTicks - before.diskWaitTicks) / 100
            }
            threads.append(thread)
        }
    }

    mutating func note(_ stacks: [ThreadStacks]) {
        guard let last = stacks.last else { return }
        for position in threads.indices {
            guard let stack = last.framesByThread[threads[position].id] else { continue }
            threads[position].stack = stack
            if stacks.count > 1 {
                threads[position].hasSameStack = stacks[0].framesByThread[threads[position].id] == stack
            }
        }
    }
}
