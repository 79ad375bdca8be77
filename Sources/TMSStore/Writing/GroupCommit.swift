internal import Logging
internal import Primitives
internal import TMSAPI

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
    private struct Queue {
        var waiting: [QueuedWrite] = []
        var isClosed = false
    }

    private let queue = Monitor(Queue())
    private let queueMax: Int
    private let writer: Writer
    private let thread: WorkerThread

    init(
        _ connection: SQLiteConnection, _ configuration: Store.Configuration, checkpointer: Checkpointer,
        credentials: CredentialsVersion, logger: Logger
    ) {
        let writer = Writer(
            connection, configuration, checkpointer: checkpointer, credentials: credentials, logger: logger)
        let queue = queue
        self.writer = writer
        queueMax = configuration.writeQueueMax
        let batchMax = configuration.batchMax
        thread = WorkerThread(name: "tms-writer") {
            while let batch = Self.nextBatch(from: queue, batchMax: batchMax) { writer.commit(batch) }
        }
    }

    var queued: Int { queue.withLock { $0.waiting.count } }

    /// - Throws: 503 when the queue is full or closed.
    func enqueue(_ write: QueuedWrite) throws(APIError) {
        let refusal: String? = queue.update { queue in
            if queue.isClosed { return "ERROR: the server is stopping" }
            if queue.waiting.count >= queueMax { return "ERROR: too many writes are waiting" }
            queue.waiting.append(write)
            return nil
        }
        if let refusal { throw .unavailable(refusal) }
    }

    /// Commits what is queued, refuses what comes later, and ends the thread.
    func shutdown() {
        queue.update { $0.isClosed = true }
        thread.join()
    }

    /// nil when the queue is closed and empty.
    private static func nextBatch(from queue: Monitor<Queue>, batchMax: Int) -> [QueuedWrite]? {
        queue.wait { queue -> [QueuedWrite]? in
            if queue.waiting.isEmpty { return queue.isClosed ? [] : nil }
            guard queue.waiting.count > batchMax else {
                defer { queue.waiting = [] }
                return queue.waiting
            }
            defer { queue.waiting.removeFirst(batchMax) }
            return Array(queue.waiting.prefix(batchMax))
        }.flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// What the writer's thread owns.
private final class Writer: @unchecked Sendable {
    // Sendable: used by the writer's thread only, after `init`.
    private let connection: SQLiteConnection
    private let configuration: Store.Configuration
    private let checkpointer: Checkpointer
    private let credentials: CredentialsVersion
    private let logger: Logger

    init(
        _ connection: SQLiteConnection, _ configuration: Store.Configuration, checkpointer: Checkpointer,
        credentials: CredentialsVersion, logger: Logger
    ) {
        self.credentials = credentials
        self.connection = connection
        self.configuration = configuration
        self.checkpointer = checkpointer
        self.logger = logger
    }

    func commit(_ batch: [QueuedWrite]) {
        let failure = checkpointer.whileLogGrows { transaction(of: batch) }
        complete(batch, failure: failure)
    }

    /// - Returns: why the whole batch failed, if it did.
    private func transaction(of batch: [QueuedWrite]) -> APIError? {
        do throws(StoreError) {
            try connection.run("BEGIN IMMEDIATE")
            if try !performTogether(batch) {
                // Some errors, such as a full disk, make SQLite roll back by itself.
                if connection.isInTransaction { try connection.run("ROLLBACK") }
                try connection.run("BEGIN IMMEDIATE")
                for write in batch { try performApart(write) }
            }
            try connection.run("COMMIT")
            checkpointer.logHas(pages: connection.logPages)
            if connection.hasChangedCredentials {
                connection.hasChangedCredentials = false
                credentials.advance()
            }
            return nil
        } catch {
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
