import TMSStore
import TestSupport

/// The database's write lock, held as a backup or another process would: the server's writer waits for it.
final class WriterLock {
    private let connection: any SQLConnection

    init(_ server: TestServer) throws {
        connection = try server.database.holdWrites()
    }

    func release() throws {
        try connection.runScript("COMMIT")
    }
}
