internal import Logging
internal import Primitives
internal import TMSAPI
internal import Telemetry

/// The one writer: a thread that takes everything waiting, puts it into one transaction and commits it durably.
///
/// While a commit waits for the disk the next batch gathers, so the batch size finds itself: one write when there is
/// one, hundreds under load, and one `fsync` for all of them.
///
///     BEGIN IMMEDIATE
///       write, write, write …    each with its audit row
///     COMMIT                     returns when the log is on the disk
///     completions, per lane      nobody hears of a write before this line
///
/// Should a write be refused after it has changed something, the batch is run again with a savepoint around each, so
/// that it alone is taken back. A write may therefore run twice, and must do nothing but use its transaction.
final class GroupCommit: Sendable {
    private struct State {
        var queue: WriteQueue
        var isClosed = false
    }

    private let state: Monitor<State>
    private let refusals: Counter
    private let thread: WorkerThread

    init(
        _ connection: SQLiteConnection, _ configuration: Store.Configuration, checkpointer: Checkpointer,
        commits: CommitCount, credentials: CredentialsVersion, telemetry: Telemetry, logger: Logger
    ) {
        let metrics = WriterMetrics(telemetry)
        let writer = Writer(
            connection, configuration, checkpointer: checkpointer, commits: commits, credentials: credentials,
            metrics: metrics, logger: logger)
        let (loginsMax, othersMax) = (configuration.loginQueueMax, configuration.writeQueueMax)
        let state = Monitor(State(queue: WriteQueue(loginsMax: loginsMax, othersMax: othersMax)))
        self.state = state
        refusals = telemetry.metrics.refusals(.writeQueue)
        telemetry.metrics.queue("login_writes", limit: loginsMax) { state.withLock { $0.queue.loginCount } }
        telemetry.metrics.queue("writes", limit: othersMax) { state.withLock { $0.queue.otherCount } }
        let batchMax = configuration.batchMax
        thread = WorkerThread(name: "tms-writer") {
            while let batch = Self.nextBatch(from: state, batchMax: batchMax) {
                writer.commit(batch)
                metrics.heartbeat.rest()
            }
        }
    }

    /// Whether a write of that caller would be refused now.
    func wouldRefuse(_ caller: Caller) -> Bool {
        let wouldRefuse = state.withLock { $0.queue.wouldRefuse(WriteQueue.Origin(caller)) }
        if wouldRefuse { refusals.add() }
        return wouldRefuse
    }

    /// - Throws: 503 when the queue is full or closed.
    func enqueue(_ write: QueuedWrite) throws(APIError) {
        let outcome = state.update { $0.isClosed ? nil : $0.queue.add(write) }
        switch outcome {
        case nil: throw .unavailable("ERROR: the server is stopping")
        case .accepted: return
        case .refused:
            refusals.add()
            throw .tooManyWrites
        case .displaced(let other):
            refusals.add()
            guard let lane = other.lane else { return other.complete(failure: .tooManyWrites) }
            lane.run { other.complete(failure: .tooManyWrites) }
        }
    }

    /// Commits what is queued, refuses what comes later, and ends the thread.
    func shutdown() {
        state.update { $0.isClosed = true }
        thread.join()
    }

    /// nil when the queue is closed and empty.
    private static func nextBatch(from state: Monitor<State>, batchMax: Int) -> [QueuedWrite]? {
        state.wait { state -> [QueuedWrite]?? in
            if state.queue.isEmpty { return state.isClosed ? .some(nil) : nil }
            return state.queue.take(max: batchMax)
        } ?? nil
    }
}

extension APIError {
    static let tooManyWrites = APIError.unavailable("ERROR: too many writes are waiting")
}

/// What the writer's thread owns.
private final class Writer: @unchecked Sendable {
    // Sendable: used by the writer's thread only, after `init`.
    private let connection: SQLiteConnection
    private let configuration: Store.Configuration
    private let checkpointer: Checkpointer
    private let commits: CommitCount
    private let credentials: CredentialsVersion
    private let metrics: WriterMetrics
    private let logger: Logger

    init(
        _ connection: SQLiteConnection, _ configuration: Store.Configuration, checkpointer: Checkpointer,
        commits: CommitCount, credentials: CredentialsVersion, metrics: WriterMetrics, logger: Logger
    ) {
        self.connection = connection
        self.configuration = configuration
        self.checkpointer = checkpointer
        self.commits = commits
        self.credentials = credentials
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
        let failure = checkpointer.whileLogGrows { transaction(of: batch) }
        metrics.heartbeat.begin(WriterActivity.completing)
        complete(batch, failure: failure)
    }

    /// - Returns: why the whole batch failed, if it did.
    private func transaction(of batch: [QueuedWrite]) -> APIError? {
        let began = Monotonic.nanoseconds
        metrics.heartbeat.begin(WriterActivity.performing)
        do throws(StoreError) {
            try connection.run("BEGIN IMMEDIATE")
            if try !performTogether(batch) {
                // Some errors, such as a full disk, make SQLite roll back by itself.
                if connection.isInTransaction { try connection.run("ROLLBACK") }
                try connection.run("BEGIN IMMEDIATE")
                for write in batch { try performApart(write) }
            }
            metrics.heartbeat.begin(WriterActivity.committing)
            try connection.run("COMMIT")
            commits.advance()
            metrics.commitDuration.add(Monotonic.nanoseconds - began)
            metrics.batchSize.add(batch.count)
            checkpointer.logHas(pages: connection.logPages)
            if connection.hasChangedCredentials {
                connection.hasChangedCredentials = false
                credentials.advance()
            }
            return nil
        } catch {
            metrics.failures.add()
            logger.error("commit failed", metadata: ["writes": "\(batch.count)", "error": "\(error)"])
            if connection.isInTransaction {
                _ = try? connection.run("ROLLBACK")
            } else if error.code == .misuse {
                // SQLite rolled back by itself; the statement that failed is only the first to notice.
                return .unavailable("ERROR: the database could not keep the change")
            }
            return error.apiError
        }
    }

    /// Runs the writes one after the other, without means to take back a single one.
    ///
    /// Nearly every write succeeds or is refused before it has changed anything, and a savepoint costs a copy of each
    /// page a write touches (docs/decisions/0005).
    /// - Returns: false when a write was refused after it had changed something: then the batch must be run again.
    private func performTogether(_ batch: [QueuedWrite]) throws(StoreError) -> Bool {
        for write in batch {
            let changesBefore = connection.totalChanges
            guard write.perform(transaction(for: write)) || connection.totalChanges == changesBefore else {
                return false
            }
        }
        return connection.isInTransaction
    }

    /// Runs a write so that it can be taken back alone.
    private func performApart(_ write: QueuedWrite) throws(StoreError) {
        try connection.run("SAVEPOINT w")
        if !write.perform(transaction(for: write)) { try connection.run("ROLLBACK TO w") }
        try connection.run("RELEASE w")
    }

    private func transaction(for write: QueuedWrite) -> Transaction {
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
