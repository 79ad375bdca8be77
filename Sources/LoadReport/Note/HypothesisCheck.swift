internal import LoadRecord

/// What a run says of a hypothesis that was written in plain words. Only a few kinds are recognised, by their words.
struct HypothesisCheck {
    enum Judgement: String {
        case supports, contradicts
        case notTested = "did not test"
    }

    /// What was found, and by which metrics.
    struct Finding {
        var judgement: Judgement
        var reason: String
        var sources: [String]
    }

    let sentences: [NoteSentence]

    init(_ hypothesis: String, _ record: RunRecord) {
        let words = hypothesis.lowercased()
        let topics: [(Regex<Substring>, (RunRecord, String) -> Finding?)] = [
            (/freez|froze|hang|stall|stuck|fails at|deadlock/, FreezeHypothesis.finding),
            (/queue|backlog/, { record, _ in ServerHypotheses.queueGrows(record) }),
            (/memory|leak|rss/, { record, _ in ServerHypotheses.memoryLeaks(record) }),
            (/cpu|processor|\bcores?\b/, { record, _ in ServerHypotheses.cpuBound(record) }),
            (/sqlite|database|\bdb\b|postgres|disk|commit|writer/, { record, _ in DatabaseHypothesis.finding(record) }),
        ]
        let findings = topics.filter { words.contains($0.0) }.compactMap { $0.1(record, words) }
        let tested = findings.filter { $0.judgement != .notTested }
        let told = tested.isEmpty ? Array(findings.prefix(1)) : tested
        sentences =
            told.isEmpty
            ? [NoteSentence("\"\(hypothesis)\": not tested by this run.", "hypotheses")]
            : told.map { finding in
                NoteSentence(
                    finding.judgement == .notTested
                        ? "\"\(hypothesis)\": not tested by this run: \(finding.reason)."
                        : "\"\(hypothesis)\": the run \(finding.judgement.rawValue) it: \(finding.reason).",
                    from: finding.sources)
            }
    }
}

/// "freezes at 10 users", "the freeze is fixed"
enum FreezeHypothesis {
    static func finding(_ record: RunRecord, _ words: String) -> HypothesisCheck.Finding? {
        let users = words.firstMatch(of: /(\d+) *(?:concurrent )*(?:users|user|threads|clients)/).flatMap { Int($0.1) }
        let saysFixed = words.contains(/fixed|no longer|does not|doesn't|not freeze|no freeze|solved|gone/)
        let sources = ["freezes", "steps.effectiveConcurrency", "steps.scenarios.succeeded"]
        if let freeze = record.serverFreezes.first {
            let under = record.steps.last { $0.offsetSeconds <= freeze.offsetSeconds }
            let planned = under?.planned.users
            if let users, let planned, planned < users, !saysFixed {
                return .init(
                    judgement: .supports,
                    reason:
                        "it froze at \(record.moment(at: freeze.offsetSeconds).clock) UTC, with \(planned) users "
                        + "already",
                    sources: sources)
            }
            let load = under.map { " at \($0.loadText)" } ?? ""
            return .init(
                judgement: saysFixed ? .contradicts : .supports,
                reason:
                    "it froze at \(record.moment(at: freeze.offsetSeconds).clock) UTC\(load) with "
                    + "\(Figure.count(freeze.inFlight)) in flight",
                sources: sources)
        }
        guard record.importedFrom == nil else { return nil }
        let most = record.steps.map(\.effectiveConcurrency).max() ?? 0
        let wanted = users ?? record.mainStep?.planned.users
        // A claim that something is fixed is refused below the concurrency at which it failed.
        if let wanted, !LittlesLaw.isReached(concurrency: most, users: wanted) {
            return .init(
                judgement: .notTested,
                reason: "only \(Figure.number(most)) requests were under way at once, not \(wanted)", sources: sources)
        }
        let enough = record.steps.filter { step in
            wanted.map { LittlesLaw.isReached(concurrency: step.effectiveConcurrency, users: $0) } ?? true
        }
        .reduce(0) { $0 + $1.completed }
        let chance = RareFreeze(requests: enough).chanceOfPassing()
        let bound =
            "no freeze in \(Figure.count(enough)) requests, which a server that freezes once in "
            + "\(Figure.count(RareFreeze.noteRequestsPerFreeze)) passes with a chance of \(Figure.percent(chance))"
        guard chance < 0.05 else { return .init(judgement: .notTested, reason: bound, sources: sources) }
        return .init(judgement: saysFixed ? .supports : .contradicts, reason: bound, sources: sources)
    }
}
