import LoadRecord

/// The facts as sentences, each with its figure, those that speak for the cause first.
enum FreezeReasons {
    static func sentences(_ facts: EvidenceFacts, for cause: FreezeDiagnosis.Cause) -> [String] {
        var reasons: [String] = []
        switch cause {
        case .ourOwnStall:
            reasons.append("The generator itself did not run: nothing can be said of the server.")
        case .gone: reasons.append(gone(facts))
        case .stopped: reasons.append("The process is in state T: it was stopped and has not been continued.")
        case .unreachable: reasons.append("Connects timed out, and nothing waited in the server's own queue.")
        case .unknown where facts.isGone == nil:
            reasons.append("The server's process could not be looked at: no pid is known.")
        default: break
        }
        if cause != .gone { reasons += [cpu(facts), threads(facts), stacks(facts)].compactMap { $0 } }
        reasons += [files(facts), sockets(facts), database(facts), probes(facts)].compactMap { $0 }
        return reasons
    }

    private static func gone(_ facts: EvidenceFacts) -> String {
        facts.isGone == nil ? "New connections are refused: nobody listens." : "There is no such process any more."
    }

    private static func cpu(_ facts: EvidenceFacts) -> String? {
        facts.cpu.map { cpu in
            "CPU \(Figure.percent(cpu)) of one of \(Figure.count(facts.processors, "processor")) "
                + "over \(Figure.text(facts.seconds, digits: 1)) s."
        }
    }

    private static func threads(_ facts: EvidenceFacts) -> String? {
        guard !facts.threads.isEmpty else { return nil }
        var counts: [String: Int] = [:]
        for thread in facts.threads {
            let isSteady = Set(thread.states).count == 1
            let state = isSteady ? word(for: thread.states.last ?? "?") : "changing"
            let place = thread.sleepsIn.count > 1 && isSteady ? " in \(thread.sleepsIn)" : ""
            counts[state + place, default: 0] += 1
        }
        let parts = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(6)
        var text = "\(Figure.count(facts.threads.count, "thread")): "
        text += parts.map { "\($0.value) \($0.key)" }.joined(separator: ", ") + "."
        if let busiest = facts.threads.max(by: { $0.cpu < $1.cpu }), busiest.cpu >= 0.05 {
            text += " The busiest, \(busiest.id) (\(busiest.name)), used \(Figure.percent(busiest.cpu)) of a processor."
        }
        let ready = facts.threads.reduce(0) { $0 + $1.readyWait }
        if ready >= 0.05 { text += " On average \(Figure.text(ready, digits: 1)) were ready and had no processor." }
        return text
    }

    private static func word(for state: String) -> String {
        switch state {
        case "R": "running"
        case "S", "I": "asleep"
        case "D": "waiting for a disk"
        case "T", "t": "stopped"
        default: "in state \(state)"
        }
    }

    private static func stacks(_ facts: EvidenceFacts) -> String? {
        let compared = facts.threads.compactMap(\.hasSameStack)
        guard !compared.isEmpty else { return nil }
        return "\(compared.count { $0 }) of \(Figure.count(compared.count, "thread")) had the same stack twice."
    }

    private static func files(_ facts: EvidenceFacts) -> String? {
        guard let open = facts.openFiles, let max = facts.openFilesMax, open * 10 >= max * 9 else { return nil }
        return "\(open) of at most \(max) files are open."
    }

    private static func sockets(_ facts: EvidenceFacts) -> String? {
        facts.sockets.map { sockets in
            "\(Figure.count(sockets.connections, "connection")), \(sockets.unreadBytes) bytes received and not read, "
                + "\(sockets.acceptQueue) waiting to be accepted"
                + (facts.acceptQueueGrowth > 0 ? " (\(facts.acceptQueueGrowth) more than before)." : ".")
        }
    }

    private static func database(_ facts: EvidenceFacts) -> String? {
        var parts: [String] = []
        if !facts.otherLockHolders.isEmpty {
            let pids = facts.otherLockHolders.map(String.init).joined(separator: ", ")
            parts.append("process \(pids) holds a lock for writing on the database")
        }
        if facts.locksWaitedFor > 0 { parts.append("\(Figure.count(facts.locksWaitedFor, "lock")) waited for") }
        if let wal = facts.walBytes { parts.append("the write-ahead log has \(wal) bytes") }
        if let sessions = facts.databaseSessions {
            parts.append(
                "PostgreSQL has \(Figure.count(sessions, "session")), \(facts.databaseSessionsBusy ?? 0) of them busy and "
                    + "\(facts.databaseSessionsWaitingForLocks ?? 0) waiting for locks")
        }
        return parts.isEmpty ? nil : "Database: " + parts.joined(separator: "; ") + "."
    }

    private static func probes(_ facts: EvidenceFacts) -> String? {
        let questions = [ProbeResult.Question.connect, .getversion, .getclient]
        let answers = questions.compactMap { question in
            facts.outcome(of: question).map { "\(question.rawValue) \($0)" }
        }
        return answers.isEmpty ? nil : "On new connections: " + answers.joined(separator: ", ") + "."
    }
}
