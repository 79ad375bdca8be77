package import LoadRecord
internal import NIOCore
internal import NIOPosix
internal import Primitives
internal import Synchronization

extension LoadEngine {
    /// Runs one step, from the first connection to the last answer.
    ///
    /// Users start over ``PlannedStep/startSeconds``. With iterations they then wait for each other at a start line, so
    /// that all are at work at once; with `startsLikeGoose` they neither wait nor share: one starts per second. What
    /// comes before the measured time is sent, shown and left out of the record. Requests that are under way at the end
    /// are waited for, until they time out or the server has been silent for a while; one step runs at a time.
    /// - Parameters:
    ///   - number: its index in the run.
    ///   - onSecond: called once per second, on a thread of Swift's pool.
    /// - Throws: ``LoadEngineError`` when the step cannot be run at all.
    package func run(
        _ step: PlannedStep, number: Int, of plan: LoadPlan, onSecond: @escaping @Sendable (SecondFigures) -> Void
    ) async throws -> StepRecord {
        let (address, target, tls) = (address, target, tls)
        let addresses = try await NIOThreadPool.singleton.runIfActive { Transport.resolve(address) }
        let startsAt = Monotonic.nanoseconds + Self.leadNanoseconds
        let setup = try StepSetup(
            step, of: plan, target: target, book: book, lanes: lanes.count, startsAt: startsAt,
            connectionsMax: min(Self.connectionsMax, connectionsPossible))
        try checkFiles(for: setup.usersCount)
        try beginRunning(setup)
        defer { state.withLock { ($0.isRunning, $0.isBeating) = (false, false) } }
        let transport = Transport(addresses: addresses, tls: tls, address: address, target: target)
        for (lane, order) in zip(lanes, setup.orders) {
            try await lane.eventLoop.submit { lane.begin(order, over: transport) }.get()
        }
        state.withLock { $0.isBeating = true }
        // It may have been called before the lanes had anything to stop.
        if drainsUntil != nil { drain() }
        return try await StepRun(
            engine: self, setup: setup, step: step, number: number, runStartedAt: startedAt ?? startsAt,
            onSecond: onSecond
        ).finish()
    }

    /// From the order to the first user, so that all lanes have it.
    private static let leadNanoseconds = 5_000_000

    private func beginRunning(_ setup: StepSetup) throws(LoadEngineError) {
        let isFirst = state.withLock { state -> Bool in
            guard !state.isRunning else { return false }
            state.isRunning = true
            state.scenarios = setup.scenarios
            if state.startedAt == nil { state.startedAt = setup.startsAt }
            return true
        }
        guard isFirst else { throw LoadEngineError("a step is running already") }
    }
}

/// A step under way, seen from the task that waits for it.
private struct StepRun {
    /// How often it looks whether a second is over or the lanes are done, in nanoseconds.
    static let lookNanoseconds = 5_000_000
    static let secondNanoseconds = 1_000_000_000
    static let tailNanoseconds = 50_000_000

    let engine: LoadEngine
    let setup: StepSetup
    let step: PlannedStep
    let number: Int
    let runStartedAt: Int
    let onSecond: @Sendable (SecondFigures) -> Void

    private let collector: SecondCollector
    private var halves = Halves()
    private var measuresFrom: Int?
    private var secondBeganAt: Int
    private var cpuAtStart = 0
    private var sums = CertificateSums()

    init(
        engine: LoadEngine, setup: StepSetup, step: PlannedStep, number: Int, runStartedAt: Int,
        onSecond: @escaping @Sendable (SecondFigures) -> Void
    ) {
        (self.engine, self.setup, self.step) = (engine, setup, step)
        (self.number, self.runStartedAt, self.onSecond) = (number, runStartedAt, onSecond)
        collector = SecondCollector(lanes: engine.lanes.count)
        measuresFrom = setup.measuresFrom
        sums.segmentsBefore = OwnProcess.segments
        secondBeganAt = setup.startsAt
    }

    private var endsAt: Int {
        guard let measuresFrom, let span = setup.measuredNanoseconds else { return .max }
        return measuresFrom + span
    }

    consuming func finish() async throws -> StepRecord {
        var run = self
        return try await run.watch()
    }

    private mutating func watch() async throws -> StepRecord {
        await collector.begin(engine.lanes, at: setup.startsAt)
        halves.add(at: setup.startsAt, completed: 0)
        if measuresFrom == setup.startsAt { cpuAtStart = ProcessorTime.ofProcess }
        while !engine.lanes.allSatisfy({ $0.isDone.load(ordering: .acquiring) }) {
            if Task.isCancelled && engine.drainsUntil == nil { engine.drain() }
            await openLine()
            let boundary = nextBoundary
            let now = Monotonic.nanoseconds
            if now >= boundary { await takeSecond(at: now) }
            await Self.rest(nanoseconds: max(0, min(nextBoundary - Monotonic.nanoseconds, Self.lookNanoseconds)))
        }
        let now = Monotonic.nanoseconds
        if now > secondBeganAt { await takeSecond(at: now) }
        return try await summarise(endedAt: now)
    }

    /// In an own task, since that of the caller may have been cancelled, which would make every rest end at once.
    private static func rest(nanoseconds: Int) async {
        _ = await Task { try? await Task.sleep(nanoseconds: UInt64(nanoseconds)) }.value
    }

    /// Lets the users go when all of them stand at the start line.
    private mutating func openLine() async {
        guard let lineFrom = setup.lineFrom, measuresFrom == nil else { return }
        let now = Monotonic.nanoseconds
        let standing = engine.lanes.reduce(0) { $0 + $1.atLine.load(ordering: .relaxed) }
        guard now >= lineFrom, standing >= setup.usersCount || now >= setup.lineLimit else { return }
        // The second ends before the word is given, so that none of the requests falls into it.
        await takeSecond(at: now)
        let moment = Monotonic.nanoseconds + Self.lookNanoseconds
        measuresFrom = moment
        secondBeganAt = moment
        collector.delay(until: moment)
        halves.add(at: moment, completed: 0)
        cpuAtStart = ProcessorTime.ofProcess
        for lane in engine.lanes { lane.eventLoop.execute { lane.measure(from: moment) } }
    }

    /// A second's end; warm-up and measured time share none.
    private var nextBoundary: Int {
        var boundary = secondBeganAt + Self.secondNanoseconds
        if let measuresFrom, measuresFrom > secondBeganAt { boundary = min(boundary, measuresFrom) }
        // The last answers come in a moment after the end; they make no second of their own.
        if boundary >= endsAt && secondBeganAt < endsAt { boundary = endsAt + Self.tailNanoseconds }
        return boundary
    }

    private mutating func takeSecond(at now: Int) async {
        let isMeasured = measuresFrom.map { secondBeganAt >= $0 && secondBeganAt < endsAt } ?? false
        let samples = engine.shared.samplesPerSecond.load(ordering: .relaxed)
        let offset = Double(secondBeganAt - runStartedAt) / 1e9
        var figures = await collector.take(engine.lanes, at: now, isMeasured: isMeasured, samples: samples)
        figures.offsetSeconds = offset
        figures.step = number
        // What comes in after the end belongs to the measured requests.
        figures.isWarmUp = measuresFrom.map { secondBeganAt < $0 } ?? true
        secondBeganAt = now
        halves.add(at: now, completed: collector.completedInTime)
        if let ports = OwnProcess.portsLeft { sums.portsLeft = min(sums.portsLeft ?? .max, ports) }
        let isFirstMeasured = measuresFrom.map { now >= $0 } ?? false
        if isFirstMeasured && sums.residentBytesEarly == nil { sums.residentBytesEarly = OwnProcess.residentBytes }
        engine.state.withLock { state in
            state.rolling.record(second: collector.service)
            state.rollingP999 = state.rolling.p999
        }
        if isFirstMeasured && cpuAtStart == 0 { cpuAtStart = ProcessorTime.ofProcess }
        onSecond(figures)
    }

    private mutating func summarise(endedAt: Int) async throws -> StepRecord {
        engine.state.withLock { $0.isBeating = false }
        var results: [LaneResults] = []
        for lane in engine.lanes {
            results.append(
                try await lane.eventLoop.submit {
                    defer { lane.end() }
                    return lane.results
                }.get())
        }
        let lastCompletedAt = results.map(\.counts.lastCompletedAt).max() ?? 0
        let drainedAt = engine.drainsUntil.map { $0 - Int(LoadEngine.drainSeconds * 1e9) }
        // From the start line the first request goes a moment after the word.
        let firstBegunAt = results.compactMap(\.counts.firstBegunAt).min()
        let from = setup.lineFrom == nil ? measuresFrom ?? endedAt : firstBegunAt ?? measuresFrom ?? endedAt
        // Time ended it, or somebody did; else the last answer.
        let usedUp = setup.iterationsTotal != nil && lastCompletedAt > 0 ? lastCompletedAt : .max
        let to = max(from, min(endsAt, min(drainedAt ?? .max, min(usedUp, endedAt))))
        let summary = StepSummary(
            step: step, setup: setup, results: results, from: from, to: to, endsAt: endsAt,
            wasInterrupted: drainedAt != nil)
        certify(summary, results)
        return summary.record(runStartedAt: runStartedAt, halvesDiffer: halves.difference(from: from, to: to))
    }

    private mutating func certify(_ summary: StepSummary, _ results: [LaneResults]) {
        sums.busiestThreadCPU = collector.busiestCPU
        for result in results {
            sums.sendLag.add(result.counts.sendLag)
            sums.beatGapMax = max(sums.beatGapMax, result.counts.beatGapMax)
        }
        if let planned = summary.planned {
            (sums.planned, sums.sent) = (planned, min(planned, summary.sent))
        }
        sums.cpuNanoseconds = cpuAtStart > 0 ? ProcessorTime.ofProcess - cpuAtStart : 0
        sums.requests = summary.sent
        sums.segmentsAfter = OwnProcess.segments
        sums.residentBytesEnd = OwnProcess.residentBytes
        let sums = sums
        engine.state.withLock { state in
            state.lastSums = sums
            state.sums.add(sums)
        }
    }
}
