private import Glibc
package import Logging
internal import Primitives
private import Synchronization
package import TMSAPI
package import Telemetry

/// The database: many readers, one writer, and nothing acknowledged that is not durable.
///
/// Every event loop has a ``StoreLane`` of its own; writes of all lanes meet in one ``GroupCommit``.
package final class Store: Sendable {
    package struct Configuration: Sendable {
        /// The database file. Its directory must exist.
        package var path: String
        /// Writes waiting for the writer; beyond it whoever has the most of them is refused at once. At 15,000 writes a
        /// second the default is 70 ms of work.
        package var writeQueueMax = 1024
        /// Logins waiting to have their use counted: they go before everything else, and are seldom.
        package var loginQueueMax = 1024
        /// Writes that share one commit. More would save little, make the first of them wait, and come back to the loops
        /// in bunches that logins have to wait for.
        package var batchMax = 128
        /// How long a statement waits for a lock that another process holds, such as a backup's.
        package var busyTimeoutMilliseconds: Int32 = 5000
        /// Pages (of 4 KiB) in the write-ahead log from which on it is copied into the database file.
        package var checkpointPages = 16_384
        /// Memory of each lane for pages of the database that are not mapped: those still in the write-ahead log, and those
        /// beyond ``laneMapMebibytes``.
        package var laneCacheKibibytes = 8192
        /// How much of the database lanes read by way of memory mapping (docs/decisions/0009).
        package var laneMapMebibytes = 2048
        /// Threads that read lists, each with a connection of its own.
        package var listThreads = 2
        /// Lists waiting for such a thread; beyond it a list is refused at once.
        package var listQueueMax = 128
        /// Seconds after which the reading of one page is given up: a filter that matches little in a large table.
        package var listSecondsMax = 10
        /// Where `now` comes from.
        package var clock: @Sendable () -> Timestamp = { .now }

        package init(path: String) {
            self.path = path
        }
    }

    let configuration: Configuration
    let logger: Logger
    private let writer: GroupCommit
    private let credentials = CredentialsVersion()
    let commits = CommitCount()
    private let checkpointer: Checkpointer
    let longReads: LongReads

    /// Opens the database, makes or brings its schema up to date, and starts the writer and the checkpointer.
    package init(
        _ configuration: Configuration, telemetry: Telemetry = Telemetry(), logger: Logger
    ) throws(StoreError) {
        let connection = try SQLiteConnection(
            path: configuration.path, role: .writer, busyTimeoutMilliseconds: configuration.busyTimeoutMilliseconds)
        try Migrator.migrate(connection, now: configuration.clock())
        checkpointer = try Checkpointer(configuration, telemetry: telemetry, logger: logger)
        writer = GroupCommit(
            connection, configuration, checkpointer: checkpointer, commits: commits, credentials: credentials,
            telemetry: telemetry, logger: logger)
        longReads = try LongReads(configuration, telemetry: telemetry)
        self.configuration = configuration
        self.logger = logger
    }

    /// A door to the store for one event loop.
    /// - Parameter resume: runs completions on that loop.
    package func makeLane(
        resume: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void
    ) throws(StoreError) -> StoreLane {
        try StoreLane(store: self, resume: resume)
    }

    /// The time by the store's clock.
    package var now: Timestamp { configuration.clock() }

    /// Moves on with every durable change of a tenant, a client or an administrator, before the change is answered.
    ///
    /// What was read from those tables after asking for the version is current while the version stays the same.
    package var credentialsVersion: Int { credentials.current }

    func wouldRefuseWrites(of caller: Caller) -> Bool { writer.wouldRefuse(caller) }

    func enqueue(_ write: QueuedWrite) throws(APIError) {
        try writer.enqueue(write)
    }

    /// Finishes what is queued, stops the threads and closes the files. Blocks; not for an event loop.
    package func shutdown() {
        longReads.shutdown()
        writer.shutdown()
        checkpointer.shutdown()
    }

    // MARK: For threads that may wait

    /// Runs `body` in a durable transaction and waits for it: for commands, never for an event loop.
    package func writeAndWait<Value: Sendable>(
        as caller: Caller, _ body: @escaping @Sendable (Transaction) throws(APIError) -> Value
    ) throws(APIError) -> Value {
        let answer = Monitor<Result<Value, APIError>?>(nil)
        let write = TypedWrite(caller: caller, lane: nil, body: body) { result in answer.update { $0 = result } }
        try enqueue(write)
        guard let result = answer.wait(for: { $0 }) else { throw .internalFailure }
        return try result.get()
    }
}

/// Counts durable changes of what authentication reads.
final class CredentialsVersion: Sendable {
    private let count = Atomic(0)

    var current: Int { count.load(ordering: .acquiring) }

    func advance() {
        count.add(1, ordering: .releasing)
    }
}

extension Timestamp {
    /// The wall clock.
    package static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }
}
