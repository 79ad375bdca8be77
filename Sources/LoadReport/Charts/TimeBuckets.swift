internal import LoadRecord

/// The run's seconds, put together so far that a chart can show each: 600 at most.
struct TimeBuckets: Sendable {
    static let countMax = 600

    let buckets: [SecondFigures]
    /// The end of the shared time axis, seconds from the run's start.
    let end: Double

    init(_ record: RunRecord) {
        let timeline = record.timeline
        let size = max(1, (timeline.count + Self.countMax - 1) / Self.countMax)
        buckets = stride(from: 0, to: timeline.count, by: size).map { start in
            Self.merged(timeline[start..<min(start + size, timeline.count)])
        }
        let freezeEnd = record.freezes.map(\.endSeconds).max() ?? 0
        end = max(record.seconds, timeline.last.map { $0.offsetSeconds + $0.seconds } ?? 0, freezeEnd, 1)
    }

    private static func merged(_ part: ArraySlice<SecondFigures>) -> SecondFigures {
        guard var sum = part.first, part.count > 1 else { return part.first ?? SecondFigures() }
        sum.seconds = part.reduce(0) { $0 + $1.seconds }
        sum.isWarmUp = part.allSatisfy(\.isWarmUp)
        sum.sent = part.reduce(0) { $0 + $1.sent }
        sum.succeeded = part.reduce(0) { $0 + $1.succeeded }
        sum.failed = part.reduce(0) { $0 + $1.failed }
        sum.users = part.map(\.users).max() ?? 0
        sum.inFlight = part.map(\.inFlight).max() ?? 0
        sum.p50 = mean(part.compactMap(\.p50))
        sum.p90 = mean(part.compactMap(\.p90))
        // What is rare must not be averaged away.
        sum.p99 = part.compactMap(\.p99).max()
        sum.max = part.compactMap(\.max).max()
        sum.generatorBusiestCPU = part.map(\.generatorBusiestCPU).max() ?? 0
        var server = part.compactMap(\.server).last
        let cpus = part.compactMap { $0.server?.cpu }
        if !cpus.isEmpty { server?.cpu = cpus.reduce(0, +) / Double(cpus.count) }
        server?.acceptQueue = part.compactMap { $0.server?.acceptQueue }.max()
        server?.queueDepth = part.compactMap { $0.server?.queueDepth }.max()
        sum.server = server
        return sum
    }

    private static func mean(_ values: [Int]) -> Int? {
        values.isEmpty ? nil : values.reduce(0, +) / values.count
    }
}
