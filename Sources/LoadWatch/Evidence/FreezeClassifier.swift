package import LoadRecord

/// Says what a freeze most likely was, and why. A pure function of the facts, from the surest signs to the weakest.
package enum FreezeClassifier {
    /// Below this share of one processor a process does nothing.
    private static let idle = 0.05
    /// A processor that is used for so much of the time is used up.
    private static let full = 0.85

    package static func diagnose(_ facts: EvidenceFacts) -> FreezeDiagnosis {
        var diagnosis = FreezeDiagnosis()
        diagnosis.cause = cause(facts)
        diagnosis.reasons = FreezeReasons.sentences(facts, for: diagnosis.cause)
        return diagnosis
    }

    private static func cause(_ facts: EvidenceFacts) -> FreezeDiagnosis.Cause {
        if facts.kind == .generatorStalled { return .ourOwnStall }
        if isGone(facts) { return .gone }
        if facts.state == "T" || facts.state == "t" { return .stopped }
        if facts.kind == .blackhole { return .unreachable }
        if let sockets = facts.sockets, sockets.ownUnreadBytes > 0, facts.isAnswered(.getversion) == true,
            facts.isAnswered(.getclient) == true
        {
            return .ourOwnStall
        }
        guard let cpu = facts.cpu else { return .unknown }
        if cpu >= idle { return causeWhenBusy(facts, cpu) }
        return causeWhenIdle(facts)
    }

    private static func isGone(_ facts: EvidenceFacts) -> Bool {
        if let isGone = facts.isGone { return isGone }
        // On another machine: nobody listens any more.
        return facts.kind == .dead && facts.outcome(of: .connect) == "refused"
    }

    /// What threads want of the processors counts, not what they get: others on the machine may have the rest.
    private static func causeWhenBusy(_ facts: EvidenceFacts, _ cpu: Double) -> FreezeDiagnosis.Cause {
        let wanted = facts.threads.map { $0.cpu + $0.readyWait }
        let sum = wanted.reduce(0, +)
        if let most = wanted.max(), most >= full, sum - most < 0.3 { return .serialSection }
        if max(cpu, sum) >= full * Double(facts.processors) { return .saturation }
        return isDiskOrLock(facts) ? .diskOrWriterLock : .unknown
    }

    private static func causeWhenIdle(_ facts: EvidenceFacts) -> FreezeDiagnosis.Cause {
        if isOutOfFiles(facts) { return .outOfFiles }
        if isDiskOrLock(facts) { return .diskOrWriterLock }
        let isVersionAnswered = facts.isAnswered(.getversion)
        let isClientAnswered = facts.isAnswered(.getclient)
        if let sessions = facts.databaseSessions, sessions > 0, facts.databaseSessionsBusy == sessions {
            return .poolExhausted
        }
        // The runtime is alive; only what needs the database stands.
        if isVersionAnswered == true { return isClientAnswered == false ? .poolExhausted : .unknown }
        let isSomethingUnread = facts.sockets.map { $0.unreadBytes > 0 || $0.acceptQueue > 0 } ?? false
        return areAsleep(facts) && (isSomethingUnread || isVersionAnswered == false) ? .blockedRuntime : .unknown
    }

    /// One that was once seen awake, as a timer or a new connection wakes it, changes nothing: the process uses no
    /// processor, and answers nobody.
    private static func areAsleep(_ facts: EvidenceFacts) -> Bool {
        facts.threads.allSatisfy { thread in
            thread.states.allSatisfy { "SIR".contains($0) } && thread.states.count { $0 == "R" } <= 1
        }
    }

    /// Some are kept free by careful servers; the next connection needs one.
    private static func isOutOfFiles(_ facts: EvidenceFacts) -> Bool {
        guard let open = facts.openFiles, let max = facts.openFilesMax else { return false }
        return open >= max - 1
    }

    private static func isDiskOrLock(_ facts: EvidenceFacts) -> Bool {
        let isInDiskSleep = facts.threads.contains { thread in thread.states.count { $0 == "D" } >= 2 }
        return isInDiskSleep || !facts.otherLockHolders.isEmpty || facts.locksWaitedFor > 0
            || (facts.databaseSessionsWaitingForLocks ?? 0) > 0
            || facts.seconds > 0 && facts.diskWaitSeconds > facts.seconds / 2
    }
}
