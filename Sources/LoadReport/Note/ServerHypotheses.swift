internal import LoadRecord

/// Hypotheses about what the server's samples show.
enum ServerHypotheses {
    private static let samplesMin = 9
    /// Memory needs time to show a leak.
    private static let leakSecondsMin = 60.0
    /// What memory may differ from a size that is named, as a part of it.
    private static let sizeMayDiffer = 0.2
    /// Of CPU, 1 = one processor: what counts as none, as not the limit, and as the limit.
    private static let (idle, notBusy, busy) = (0.1, 0.6, 0.9)

    private static func samples<Value>(_ record: RunRecord, _ value: (ServerSample) -> Value?) -> [Value] {
        record.timeline.filter { !$0.isWarmUp }.compactMap { $0.server.flatMap(value) }
    }

    /// Means of the first and of the last third.
    private static func thirds(_ values: [Double]) -> (first: Double, last: Double)? {
        guard values.count >= samplesMin else { return nil }
        let size = values.count / 3
        return (values.prefix(size).reduce(0, +) / Double(size), values.suffix(size).reduce(0, +) / Double(size))
    }

    /// "a queue grows", "the queue stays short"
    static func queue(_ record: RunRecord, _ wording: Wording) -> HypothesisCheck.Finding? {
        let noun = /\bqueue|\bbacklog/
        guard !wording.clauses(with: noun).isEmpty else { return nil }
        let says = wording.says(
            of: noun, /\b(?:grow|grew|increas|rise|rising|longer|fill|pile|build|overflow|full|backlog)\w*/,
            not: /\b(?:empty|short|flat|stable|constant|drain)\w*/)
        guard let says else { return .notUnderstood("the queue") }
        let depths = samples(record) { $0.queueDepth.map(Double.init) }
        guard let (first, last) = thirds(depths) else {
            return .init(
                judgement: .notTested, reason: "the server's queue depth was not to be had",
                sources: ["server.queueDepth"])
        }
        let grows = last > 2 * first + 5
        return .init(
            judgement: grows == says ? .supports : .contradicts,
            reason:
                "the server's queue was \(Figure.number(first)) deep in the first third and "
                + "\(Figure.number(last)) in the last, "
                + "at most \(Figure.number(depths.max() ?? 0))", sources: ["server.queueDepth"])
    }

    /// "a memory leak", "memory stays flat at 15 MB"
    static func memory(_ record: RunRecord, _ wording: Wording) -> HypothesisCheck.Finding? {
        // What else leaks is no memory.
        let noun = /\bmemory|\brss\b|\bheap\b|^(?!.*(?:connection|pool|file|descriptor|socket|thread|lock)).*\bleak/
        let clauses = wording.clauses(with: noun)
        guard !clauses.isEmpty else { return nil }
        let says = wording.says(
            of: noun, /\b(?:leak|grow|grew|increas|rise|rising|climb|swell)\w*/,
            not: /\b(?:flat|stable|constant|steady|unchanged|the same)\b|\b(?:stay|remain)s? (?:at|below|under)\b/)
        guard let says else { return .notUnderstood("memory") }
        let sizes = samples(record) { $0.residentBytes.map(Double.init) }
        guard let (first, last) = thirds(sizes), first > 0, record.seconds >= leakSecondsMin else {
            return .init(
                judgement: .notTested, reason: "memory was not sampled for \(Figure.seconds(leakSecondsMin))",
                sources: ["server.residentBytes"])
        }
        let growth = last / first - 1
        let judgement: HypothesisCheck.Judgement = growth > 0.1 ? .supports : growth < 0.05 ? .contradicts : .notTested
        var finding = HypothesisCheck.Finding(
            judgement: judgement,
            reason:
                "memory was \(Figure.bytes(Int(first))) in the first third and \(Figure.bytes(Int(last))) in the last",
            sources: ["server.residentBytes"]
        ).turned(if: !says)
        guard !says, let clause = clauses.first(where: { size(in: $0) != nil }), let named = size(in: clause) else {
            return finding
        }
        if clause.contains(/\b(?:below|under)\b/) {
            let most = sizes.max() ?? last
            return .init(
                judgement: most <= named * mebiPerMega ? .supports : .contradicts,
                reason: "memory was at most \(Figure.bytes(Int(most)))", sources: ["server.residentBytes"])
        }
        // Flat, but somewhere else.
        if abs(last - named) > sizeMayDiffer * named { finding.judgement = .contradicts }
        return finding
    }

    /// Those who say MB often mean MiB.
    private static let mebiPerMega = 1.049

    /// Of "15 MB".
    private static func size(in clause: Substring) -> Double? {
        guard let match = clause.firstMatch(of: /\b(\d+(?:\.\d+)?) *([kmg])i?b\b/), let number = Double(match.1) else {
            return nil
        }
        return number * (match.2 == "k" ? 1e3 : match.2 == "m" ? 1e6 : 1e9)
    }

    /// "the CPU is the limit", "CPU drops to 0 when it freezes"
    static func cpu(_ record: RunRecord, _ wording: Wording) -> HypothesisCheck.Finding? {
        let noun = /\bcpus?\b|\bprocessors?\b|\bcores? (?:is|are)\b/
        guard !wording.clauses(with: noun).isEmpty else { return nil }
        let isLimit = wording.says(
            of: noun, /\b(?:limit|bound|bottleneck|saturat|busy|exhaust|overload|pegged|maxed|full)\w*|\b100 ?%/)
        let drops = wording.says(of: noun, /\b(?:drop|fall|fell|sink|idle|asleep|sleep)\w*|\b(?:to|at) (?:0|zero)\b/)
        let cpus = samples(record, \.cpu)
        guard (isLimit == nil) != (drops == nil) else { return .notUnderstood("the CPU") }
        guard cpus.count >= samplesMin, let median = Bootstrap.median(cpus) else {
            return .init(judgement: .notTested, reason: "the server's CPU was not sampled", sources: ["server.cpu"])
        }
        let frozen = cpuWhileFrozen(record)
        if let drops { return cpuDrops(frozen).turned(if: !drops) }
        if let cpu = frozen, cpu < idle {
            return .init(
                judgement: .contradicts, reason: "its CPU was at \(Figure.cpu(cpu)) while it was frozen",
                sources: ["server.cpu", "freezes"]
            ).turned(if: isLimit == false)
        }
        let judgement: HypothesisCheck.Judgement =
            median >= busy ? .supports : median < notBusy ? .contradicts : .notTested
        return .init(
            judgement: judgement, reason: "its CPU was \(Figure.cpu(median)) in the middle second",
            sources: ["server.cpu"]
        ).turned(if: isLimit == false)
    }

    private static func cpuDrops(_ frozen: Double?) -> HypothesisCheck.Finding {
        guard let frozen else {
            return .init(
                judgement: .notTested, reason: "it did not freeze while its CPU was sampled",
                sources: ["server.cpu", "freezes"])
        }
        return .init(
            judgement: frozen < idle ? .supports : frozen >= notBusy ? .contradicts : .notTested,
            reason: "its CPU was at \(Figure.cpu(frozen)) while it was frozen", sources: ["server.cpu", "freezes"])
    }

    /// Of the first freeze that was sampled.
    private static func cpuWhileFrozen(_ record: RunRecord) -> Double? {
        record.serverFreezes.lazy.compactMap { freeze in
            Bootstrap.median(
                record.timeline.filter {
                    $0.offsetSeconds >= freeze.offsetSeconds && $0.offsetSeconds + $0.seconds <= freeze.endSeconds
                }
                .compactMap { $0.server?.cpu })
        }.first
    }
}

/// "SQLite cannot follow", "the database is slow"
enum DatabaseHypothesis {
    /// Milliseconds; a commit with a sync to a healthy disk is below it.
    private static let slowCommit = 50.0

    static func finding(_ record: RunRecord, _ wording: Wording) -> HypothesisCheck.Finding? {
        let noun = /\bsqlite|\bdatabase|\bdb\b|\bpostgres|\bdisk\b|\bwriter\b|\bwal\b|\bcommit(?:s\b|ting| time)/
        guard !wording.clauses(with: noun).isEmpty else { return nil }
        let isAtFault = wording.says(
            of: noun,
            #/
            \b(?:slow|lock|block|wait|bottleneck|limit|busy|contention|overload|starv|saturat|full|timeout|behind)\w*
            | \b(?:fault|cause|problem|culprit|stall|stuck|hang|too)\w* | \bbecause\sof\b | \bdue\sto\b
            /#, not: /\b(?:follow|keeps? up|kept up|cope|catch(?:es)? up|fast enough|fine|healthy|innocent)\w*/)
        guard let isAtFault else { return .notUnderstood("the database") }
        return whetherAtFault(record).turned(if: !isAtFault)
    }

    private static func whetherAtFault(_ record: RunRecord) -> HypothesisCheck.Finding {
        let causes = record.freezes.compactMap { $0.diagnosis?.cause }
        if causes.contains(.diskOrWriterLock) {
            return .init(
                judgement: .supports,
                reason: "the freeze looks like \(FreezeDiagnosis.Cause.diskOrWriterLock.rawValue)",
                sources: ["freezes.diagnosis"])
        }
        let timers = KnownTimers.found(in: record).filter { $0.timer.name.contains("SQLite") }
        if let finding = timers.first {
            return .init(
                judgement: .supports,
                reason: "\(Figure.count(finding.count)) requests took as long as SQLite's busy timeout",
                sources: ["steps.scenarios.service"])
        }
        let probes = record.freezes.flatMap(\.probes)
        let version = probes.filter { $0.question == .getversion }
        if !version.isEmpty, version.allSatisfy({ $0.outcome != "ok" }) {
            return .init(
                judgement: .contradicts,
                reason: "while it was frozen getversion, which needs no database, had no answer either",
                sources: ["freezes.probes"])
        }
        if version.contains(where: { $0.outcome == "ok" }),
            probes.contains(where: { $0.question == .getclient && $0.outcome != "ok" })
        {
            return .init(
                judgement: .supports,
                reason: "while it was frozen getversion was answered and getclient, which needs the database, was not",
                sources: ["freezes.probes"])
        }
        let commits = record.timeline.compactMap { $0.server?.commitMilliseconds }
        if let median = Bootstrap.median(commits) {
            return .init(
                judgement: median > slowCommit ? .supports : .contradicts,
                reason: "a commit took \(Figure.number(median)) ms in the middle second",
                sources: ["server.commitMilliseconds"])
        }
        return .init(
            judgement: .notTested, reason: "nothing was to be had of its database",
            sources: ["server.commitMilliseconds"])
    }
}
