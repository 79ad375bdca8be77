private import Glibc
package import Logging
internal import Primitives
private import Synchronization
package import TMSAPI
package import Telemetry

/// The database: many readers, few writers, and nothing acknowledged that is not durable.
///
/// Every event loop has a ``StoreLane`` of its own; writes of all lanes meet in one ``GroupCommit``.
package final class Store: Sendable {
    package enum Place: Sendable {
        /// A file. Its directory must exist.
        case sqlite(path: String)
        case postgreSQL(PostgreSQLDatabase)
    }

    package struct Configuration: Sendable {
        /// Where the rows are.
        package var place: Place
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

        package init(_ place: Place) {
            self.place = place
        }
    }

    let configuration: Configuration
    let logger: Logger
    private let backend: any StoreBackend
    private let writes: GroupCommit
    let lists: ReadThreads
    private let credentials = CredentialsVersion()

    /// Opens the database, makes or brings its schema up to date, and starts the threads that use it.
    package init(
        _ configuration: Configuration, telemetry: Telemetry = Telemetry(), logger: Logger
    ) throws(StoreError) {
        switch configuration.place {
        case .sqlite(let path):
            backend = try SQLiteBackend(
                path: path, configuration, credentials: credentials, telemetry: telemetry, logger: logger)
        case .postgreSQL(let database):
            backend = try PostgreSQLBackend(
                database, configuration, credentials: credentials, telemetry: telemetry, logger: logger)
        }
        (writes, lists) = (backend.writes, backend.lists)
        self.configuration = configuration
        self.logger = logger
    }

    /// A door to the store for one event loop.
    /// - Parameter resume: runs completions on that loop.
    package func makeLane(
        resume: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void
    ) throws(StoreError) -> StoreLane {
        StoreLane(store: self, reads: try backend.makePointReads(), resume: resume)
    }

    /// The time by the store's clock.
    package var now: Timestamp { configuration.clock() }

    /// Moves on with every durable change of a tenant, a client or an administrator, before the change is answered.
    ///
    /// What was read from those tables after asking for the version is current while the version stays the same.
    package var credentialsVersion: Int { credentials.current }

    func refusalOfWrites(of caller: Caller) -> APIError? { writes.refusal(of: caller) }

    func enqueue(_ write: QueuedWrite) throws(APIError) {
        try writes.enqueue(write)
    }

    /// Finishes what is queued, stops the threads and closes the database. Blocks; not for an event loop.
    package func shutdown() {
        backend.shutdown()
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

    /// The same for those who can wait without a thread.
    package func write<Value: Sendable>(
        as caller: Caller, _ body: @escaping @Sendable (Transaction) throws(APIError) -> Value
    ) async throws(APIError) -> Value {
        let result: Result<Value, APIError> = await withCheckedContinuation { continuation in
            let write = TypedWrite(caller: caller, lane: nil, body: body) { continuation.resume(returning: $0) }
            do throws(APIError) {
                try enqueue(write)
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
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
