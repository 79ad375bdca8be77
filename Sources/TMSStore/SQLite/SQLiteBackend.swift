internal import Logging
internal import Telemetry

/// A store in a file: readers beside one writer.
final class SQLiteBackend: StoreBackend {
    let writes: GroupCommit
    let lists: ReadThreads
    private let path: String
    private let configuration: Store.Configuration
    private let commits = CommitCount()
    private let checkpointer: Checkpointer

    init(
        path: String, _ configuration: Store.Configuration, credentials: CredentialsVersion, telemetry: Telemetry,
        logger: Logger
    ) throws(StoreError) {
        self.path = path
        self.configuration = configuration
        let connection = try SQLiteConnection(
            path: path, role: .writer, busyTimeoutMilliseconds: configuration.busyTimeoutMilliseconds)
        try Migrator.prepare(connection, now: configuration.clock())
        checkpointer = try Checkpointer(path: path, configuration, telemetry: telemetry, logger: logger)
        let writer = SQLiteWriter(
            connection, checkpointer: checkpointer, commits: commits, credentials: credentials)
        writes = GroupCommit([writer], configuration, telemetry: telemetry, logger: logger)
        var readers: [SQLiteListReader] = []
        for _ in 0..<configuration.listThreads {
            readers.append(try SQLiteListReader(path: path, configuration))
        }
        lists = ReadThreads(
            .lists, readers, queueMax: configuration.listQueueMax, secondsMax: configuration.listSecondsMax,
            telemetry: telemetry)
    }

    func makePointReads() throws(StoreError) -> PointReads {
        let reader = try SQLiteConnection(
            path: path, role: .reader, busyTimeoutMilliseconds: configuration.busyTimeoutMilliseconds,
            cacheKibibytes: configuration.laneCacheKibibytes, mapMebibytes: configuration.laneMapMebibytes)
        return .inPlace(SharedSnapshot(reader, commits: commits))
    }

    func shutdown() {
        lists.shutdown()
        writes.shutdown()
        checkpointer.shutdown()
    }
}

/// Reads lists from a file, none for longer than it may take.
final class SQLiteListReader: ReadingSession {
    private let connection: SQLiteConnection
    private let secondsMax: Int

    init(path: String, _ configuration: Store.Configuration) throws(StoreError) {
        connection = try SQLiteConnection(
            path: path, role: .reader, busyTimeoutMilliseconds: configuration.busyTimeoutMilliseconds)
        secondsMax = configuration.listSecondsMax
    }

    func read<Value>(_ body: (any SQLConnection) -> Value) throws(StoreError) -> Value {
        connection.limitReads(seconds: secondsMax)
        try connection.run("BEGIN")
        // Ending a read transaction cannot lose anything; should it fail, the next BEGIN says so.
        defer { _ = try? connection.run("COMMIT") }
        return body(connection)
    }
}
