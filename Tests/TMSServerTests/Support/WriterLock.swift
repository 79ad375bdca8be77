import TMSStore
import TestSupport

/// The database's write lock, held as a backup or another process would: the server's writer waits for it.
final class WriterLock {
    private let connection: SQLiteConnection

    init(_ server: TestServer) throws {
        connection = try SQLiteConnection(
            path: server.databasePath, role: .writer, busyTimeoutMilliseconds: 10_000)
        try connection.runScript("BEGIN IMMEDIATE")
    }

    func release() throws {
        try connection.runScript("COMMIT")
    }
}
