internal import LoadRecord

/// Hypotheses about what the server's samples show.
enum ServerHypotheses {
    private static let samplesMin = 9
    /// Memory needs time to show a leak.
    private static let leakSecondsMin = 60.0

    private static func samples<Value>(_ record: RunRecord, _ value: (ServerSample) -> Value?) -> [Value] {
        record.timeline.filter { !$0.isWarmUp }.compactMap { $0.server.flatMap(value) }
    }

    /// Means of the first and of the last third.
    private static func thirds(_ values: [Double]) -> (first: Double, last: Double)? {
        guard values.count >= samplesMin else { return nil }
        let size = values.count / 3
        return (values.prefix(size).reduce(0, +) / Double(size), values.suffix(size).reduce(0, +) / Double(size))
    }

    static func queueGrows(_ record: RunRecord) -> HypothesisCheck.Finding {
        let depths = samples(record) { $0.queueDepth.map(Double.init) }
        guard let (first, last) = thirds(depths) else {
            return .init(
                judgement: .notTested, reason: "the server's queue depth was not to be had",
                sources: ["server.queueDepth"])
        }
        let grows = last > 2 * first + 5
        return .init(
            judgement: grows ? .supports : .contradicts,
            reason:
                "the server's queue was \(Figure.number(first)) deep in the first third and "
                + "\(Figure.number(last)) in the last, "
                + "at most \(Figure.number(depths.max() ?? 0))", sources: ["server.queueDepth"])
    }

    static func memoryLeaks(_ record: RunRecord) -> HypothesisCheck.Finding {
        let sizes = samples(record) { $0.residentBytes.map(Double.init) }
        guard let (first, last) = thirds(sizes), first > 0, record.seconds >= leakSecondsMin else {
            return .init(
                judgement: .notTested, reason: "memory was not sampled for \(Figure.seconds(leakSecondsMin))",
                sources: ["server.residentBytes"])
        }
        let growth = last / first - 1
        let reason =
            "memory was \(Figure.bytes(Int(first))) in the first third and \(Figure.bytes(Int(last))) in the last"
        let judgement: HypothesisCheck.Judgement = growth > 0.1 ? .supports : growth < 0.05 ? .contradicts : .notTested
        return .init(judgement: judgement, reason: reason, sources: ["server.residentBytes"])
    }

    static func cpuBound(_ record: RunRecord) -> HypothesisCheck.Finding {
        let cpus = samples(record, \.cpu)
        guard cpus.count >= samplesMin, let median = Bootstrap.median(cpus) else {
            return .init(judgement: .notTested, reason: "the server's CPU was not sampled", sources: ["server.cpu"])
        }
        let frozen = record.serverFreezes.compactMap { freeze in
            Bootstrap.median(
                record.timeline.filter {
                    $0.offsetSeconds >= freeze.offsetSeconds && $0.offsetSeconds + $0.seconds <= freeze.endSeconds
                }
                .compactMap { $0.server?.cpu })
        }
        if let cpu = frozen.first, cpu < 0.1 {
            return .init(
                judgement: .contradicts, reason: "its CPU was at \(Figure.cpu(cpu)) while it was frozen",
                sources: ["server.cpu", "freezes"])
        }
        let judgement: HypothesisCheck.Judgement = median >= 0.9 ? .supports : median < 0.6 ? .contradicts : .notTested
        return .init(
            judgement: judgement, reason: "its CPU was \(Figure.cpu(median)) in the middle second",
            sources: ["server.cpu"])
    }
}

/// "SQLite cannot follow", "the database is slow"
enum DatabaseHypothesis {
    /// Milliseconds; a commit with a sync to a healthy disk is below it.
    private static let slowCommit = 50.0

    static func finding(_ record: RunRecord) -> HypothesisCheck.Finding {
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
