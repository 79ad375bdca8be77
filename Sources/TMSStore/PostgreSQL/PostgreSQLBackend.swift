internal import Logging
internal import Telemetry

/// A store on a PostgreSQL server, which other servers like this one may use too.
final class PostgreSQLBackend: StoreBackend {
    let writes: GroupCommit
    let lists: ReadThreads
    private let points: ReadThreads
    private let listener: CredentialsListener

    /// - Throws: `.unreachable` when the database is not there at the start.
    init(
        _ database: PostgreSQLDatabase, _ configuration: Store.Configuration, credentials: CredentialsVersion,
        telemetry: Telemetry, logger: Logger
    ) throws(StoreError) {
        try Migrator.prepare(
            try PostgreSQLConnection(database, role: .migrator), now: configuration.clock())
        func link(
            _ role: PostgreSQLConnection.Role, _ database: PostgreSQLDatabase, _ part: String
        ) -> PostgreSQLLink {
            PostgreSQLLink(
                database, role, heartbeat: telemetry.heartbeat(part), telemetry: telemetry, logger: logger)
        }
        writes = GroupCommit(
            (0..<database.writers).map { number in
                PostgreSQLWriter(
                    link(.writer, database, "writer-\(number)-link"), credentials: credentials,
                    leftCommit: LeftCommit(
                        milliseconds: database.reconnectMilliseconds, part: "writer-\(number)", logger: logger))
            }, configuration, telemetry: telemetry, logger: logger)
        points = ReadThreads(
            .points,
            (0..<database.readers).map { number in
                PostgreSQLReader(link(.reader, database, "read-\(number)-link"))
            }, queueMax: database.readQueueMax, togetherMax: database.readsTogetherMax, secondsMax: 1,
            telemetry: telemetry)
        var listDatabase = database
        listDatabase.statementMillisecondsMax = configuration.listSecondsMax * 1000
        lists = ReadThreads(
            .lists,
            (0..<configuration.listThreads).map { number in
                PostgreSQLReader(link(.reader, listDatabase, "list-\(number)-link"))
            }, queueMax: configuration.listQueueMax, secondsMax: configuration.listSecondsMax, telemetry: telemetry)
        listener = CredentialsListener(database, credentials: credentials, telemetry: telemetry, logger: logger)
    }

    func makePointReads() throws(StoreError) -> PointReads { .onThreads(points) }

    func shutdown() {
        lists.shutdown()
        points.shutdown()
        writes.shutdown()
        listener.shutdown()
    }
}
