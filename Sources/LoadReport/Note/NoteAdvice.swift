internal import LoadRecord

/// What to do next, from what was found.
enum NoteAdvice {
    static func sentences(_ record: RunRecord) -> [NoteSentence] {
        guard record.requests > 0 || !record.freezes.isEmpty else { return [] }
        var sentences: [NoteSentence] = []
        var causes: [FreezeDiagnosis.Cause] = []
        for freeze in record.freezes {
            if let cause = freeze.diagnosis?.cause, !causes.contains(cause) { causes.append(cause) }
        }
        sentences += causes.map { NoteSentence(advice($0, record), "freezes.diagnosis") }
        if !record.serverFreezes.isEmpty {
            sentences.append(
                NoteSentence(
                    "After a change run the same plan again; with fewer users or requests a pass would say nothing.",
                    "plan"))
        }
        if let step = record.steps.first(where: { !$0.wasReached }) {
            sentences.append(
                NoteSentence(
                    "Repeat \(step.displayName) so that its load is reached (all users at once, more requests "
                        + "per user): only "
                        + "\(Figure.number(step.effectiveConcurrency)) were under way.",
                    "steps.wasReached", "steps.effectiveConcurrency"))
        }
        if !record.certificate.isClean {
            sentences.append(
                NoteSentence("Repeat with the generator on a machine of its own.", "certificate.lines"))
        }
        if record.failures > 0, let worst = record.total.failures.max(by: { $0.value < $1.value }) {
            sentences.append(
                NoteSentence(
                    "Look into the \(Figure.count(worst.value)) \(worst.key.rawValue) failures first, by the "
                        + "examples in the report and the server's log.",
                    "steps.scenarios.failures"))
        }
        if record.serverFreezes.isEmpty, record.failures == 0, record.importedFrom == nil {
            let needed = 3 * RareFreeze.noteRequestsPerFreeze
            if record.requests < needed {
                sentences.append(
                    NoteSentence(
                        "To exclude one freeze in \(Figure.count(RareFreeze.noteRequestsPerFreeze)) requests "
                            + "with 95 % confidence, run "
                            + "\(Figure.count(needed)); this run had \(Figure.count(record.requests)).",
                        "steps.scenarios.succeeded"))
            }
            if record.findMax == nil, record.plan.kind == .single {
                sentences.append(
                    NoteSentence("The limit was not sought: run a ladder or --find-max.", "plan.kind"))
            }
        }
        return sentences
    }

    private static func advice(_ cause: FreezeDiagnosis.Cause, _ record: RunRecord) -> String {
        let evidence = record.evidenceFolder.map { " in \($0)" } ?? ""
        return switch cause {
        case .blockedRuntime:
            "Read the thread stacks\(evidence): find what waits synchronously on the threads that must finish the wait."
        case .poolExhausted: "Find which request keeps its database connection, or enlarge the pool, and watch its use."
        case .outOfFiles:
            "Raise the limit of open files or close connections sooner; compare open files with the limit\(evidence)."
        case .serialSection: "Find in the stacks\(evidence) the lock or section that one thread is busy in."
        case .saturation:
            "This is plain overload: measure the limit with --find-max and stay below it, or profile the server's CPU."
        case .diskOrWriterLock:
            "Look at the disk's write latency, the WAL's size and the holder of the writer lock\(evidence)."
        case .stopped: "Find out who stopped the process or paused the machine; the server itself did nothing wrong."
        case .gone: "Find why the process ended: its exit status, its last log lines\(evidence) and the kernel's log."
        case .unreachable:
            "Find what drops packets between generator and server: a firewall, a full table of connections, a cable."
        case .ourOwnStall: "Discard the stalled time: the generator stood still, so repeat on an idle machine."
        case .unknown: "The freeze was not recognised: look at the evidence\(evidence) by hand."
        }
    }
}
