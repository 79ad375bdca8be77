internal import Logging
internal import Primitives
internal import TMSAPI
internal import Telemetry

/// The writers: threads that each take what is waiting, put it into one transaction and commit it durably. SQLite has one.
///
/// While a commit waits for the disk the next batch gathers, so the batch size finds itself: one write when there is
/// one, hundreds under load, and one `fsync` for all of them.
///
///     BEGIN
///       write, write, write …    each with its audit row
///     COMMIT                     returns when it is on the disk
///     completions, per lane      nobody hears of a write before this line
///
/// Should a write be refused after it has changed something, the batch is run again with a savepoint around each, so
/// that it alone is taken back. A write may therefore run twice, and must do nothing but use its transaction.
final class GroupCommit: Sendable {
    private let workers: Workers<WriteQueue>

    init(
        _ sessions: [any WritingSession], _ configuration: Store.Configuration, telemetry: Telemetry, logger: Logger
    ) {
        let (loginsMax, othersMax) = (configuration.loginQueueMax, configuration.writeQueueMax)
        let members = sessions.enumerated().map { number, session in
            let metrics = WriterMetrics(telemetry, name: sessions.count == 1 ? "writer" : "writer-\(number)")
            let writer = Writer(session, configuration, metrics: metrics, logger: logger)
            return Workers<WriteQueue>.Member<[QueuedWrite]>(
                name: metrics.heartbeat.part, session: session, heartbeat: metrics.heartbeat, perform: writer.commit)
        }
        let batchMax = configuration.batchMax
        workers = Workers(WriteQueue(loginsMax: loginsMax, othersMax: othersMax), members) {
            $0.isEmpty ? nil : $0.take(max: batchMax)
        } abandon: { queue in
            let abandoned = queue.take(max: .max)
            return { for write in abandoned { write.refuse(StoreError.away.apiError) } }
        }
        let state = workers.state
        telemetry.metrics.queue("login_writes", limit: loginsMax) { state.withLock { $0.queue.loginCount } }
        telemetry.metrics.queue("writes", limit: othersMax) { state.withLock { $0.queue.otherCount } }
    }

    /// Why a write of that caller would be refused now, if it would.
    func refusal(of caller: Caller) -> APIError? {
        workers.state.withLock { state in
            if state.readyCount == 0 { return StoreError.away.apiError }
            return state.queue.wouldRefuse(WriteQueue.Origin(caller)) ? .tooManyWrites : nil
        }
    }

    /// - Throws: 503 when the queue is full or closed, or the database cannot be reached.
    func enqueue(_ write: QueuedWrite) throws(APIError) {
        let outcome: Result<WriteQueue.Outcome, APIError> = workers.state.update { state in
            if state.isClosed { return .failure(.stopping) }
            if state.readyCount == 0 { return .failure(StoreError.away.apiError) }
            return .success(state.queue.add(write))
        }
        switch try outcome.get() {
        case .accepted: return
        case .refused: throw .tooManyWrites
        case .displaced(let other): other.refuse(.tooManyWrites)
        }
    }

    /// Commits what is queued, refuses what comes later, and ends the threads.
    func shutdown() {
        workers.shutdown()
    }
}

extension APIError {
    static let tooManyWrites = APIError.unavailable("ERROR: too many writes are waiting", limit: .writeQueue)
}

/// What one writer's thread owns.
private final class Writer {
    /// How often a write is tried that meets another transaction.
    private static let attemptsMax = 3

    private let session: any WritingSession
    private let configuration: Store.Configuration
    private let metrics: WriterMetrics
    private let logger: Logger

    init(
        _ session: any WritingSession, _ configuration: Store.Configuration, metrics: WriterMetrics, logger: Logger
    ) {
        self.session = session
        self.configuration = configuration
        self.metrics = metrics
        self.logger = logger
    }

    func commit(_ taken: [QueuedWrite]) {
        let now = Monotonic.nanoseconds
        metrics.taken(taken, now: now)
        // Whoever does not wait any more would only be told of a change it does not expect.
        let late = taken.filter { $0.deadline.hasPassed(now: now) }
        complete(late, failure: .tooLate)
        let batch = late.isEmpty ? taken : taken.filter { !$0.deadline.hasPassed(now: now) }
        guard !batch.isEmpty else { return }
        metrics.heartbeat.begin(WriterActivity.waiting)
        let failure = session.whole { transaction(of: batch) }
        metrics.heartbeat.begin(WriterActivity.completing)
        complete(batch, failure: failure)
    }

    /// - Returns: why the whole batch failed, if it did.
    private func transaction(of batch: [QueuedWrite]) -> APIError? {
        let began = Monotonic.nanoseconds
        metrics.heartbeat.begin(WriterActivity.performing)
        do throws(StoreError) {
            if try !commitTogether(batch) {
                session.rollBack()
                try commitApart(batch)
            }
            metrics.commitDuration.add(Monotonic.nanoseconds - began)
            metrics.batchSize.add(batch.count)
            return nil
        } catch {
            metrics.failures.add()
            logger.error("commit failed", metadata: ["writes": "\(batch.count)", "error": "\(error)"])
            // Once the transaction is void, the statement that failed may only be the first to notice.
            let isOurs = error.code != .misuse || session.canCommit
            session.rollBack()
            return isOurs ? error.apiError : .unavailable("ERROR: the database could not keep the change")
        }
    }

    /// Runs the writes one after the other, without means to take back a single one.
    ///
    /// Nearly every write succeeds or is refused before it has changed anything, and a savepoint costs a copy of each
    /// page a write touches (docs/decisions/0005).
    /// - Returns: false when a write was refused after it had changed something: then the batch must be run again.
    private func commitTogether(_ batch: [QueuedWrite]) throws(StoreError) -> Bool {
        let connection = try session.begin(apart: false)
        for write in batch {
            let changesBefore = session.changes
            let isKept = write.perform(transaction(for: write, on: connection)) || session.changes == changesBefore
            guard isKept, session.canCommit else { return false }
        }
        metrics.heartbeat.begin(WriterActivity.committing)
        return try session.commit()
    }

    /// Runs each write so that it can be taken back alone.
    private func commitApart(_ batch: [QueuedWrite]) throws(StoreError) {
        let connection = try session.begin(apart: true)
        for write in batch {
            try connection.run("SAVEPOINT w")
            for _ in 1...Self.attemptsMax {
                if write.perform(transaction(for: write, on: connection)) { break }
                let isWorthAnother = session.metConflict
                try connection.run("ROLLBACK TO w")
                if !isWorthAnother { break }
            }
            try connection.run("RELEASE w")
        }
        metrics.heartbeat.begin(WriterActivity.committing)
        guard try session.commit() else { throw StoreError(.misuse, "a refused statement was overlooked") }
    }

    private func transaction(for write: QueuedWrite, on connection: any SQLConnection) -> Transaction {
        Transaction(connection: connection, logger: logger, now: configuration.clock(), caller: write.caller)
    }

    /// Wakes each lane once, however many of its writes are in the batch.
    private func complete(_ batch: [QueuedWrite], failure: APIError?) {
        var lanes: [(resume: LaneResume, writes: [QueuedWrite])] = []
        for write in batch {
            guard let lane = write.lane else {
                write.complete(failure: failure)
                continue
            }
            if let index = lanes.firstIndex(where: { $0.resume === lane }) {
                lanes[index].writes.append(write)
            } else {
                lanes.append((lane, [write]))
            }
        }
        for (lane, writes) in lanes {
            lane.run { for write in writes { write.complete(failure: failure) } }
        }
    }
}
