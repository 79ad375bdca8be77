internal import CSQLite

/// A connection to the database, with the settings of the server's writer.
final class Database: @unchecked Sendable {
    // Sendable: one thread has it at a time.
    let handle: OpaquePointer

    init(_ path: String) throws(Problem) {
        var opened: OpaquePointer?
        let result = sqlite3_open_v2(path, &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nil)
        guard result == SQLITE_OK, let opened else { throw Problem(opened, "opening \(path)") }
        handle = opened
        // As Sources/TMSStore/SQLite/SQLiteConnection.swift has them; what is compared must be the same.
        try run(
            """
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            PRAGMA foreign_keys = ON;
            PRAGMA wal_autocheckpoint = 0;
            PRAGMA cache_size = -65536;
            PRAGMA temp_store = MEMORY;
            """)
    }

    func run(_ sql: String) throws(Problem) {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw Problem(handle, sql) }
    }

    func prepare(_ sql: String) throws(Problem) -> OpaquePointer {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil) == SQLITE_OK,
            let statement
        else { throw Problem(handle, sql) }
        return statement
    }

    func checkpoint(_ mode: Int32) throws(Problem) {
        let result = sqlite3_wal_checkpoint_v2(handle, nil, mode, nil, nil)
        // Busy: somebody else has the log's end; the next checkpoint copies it.
        guard result == SQLITE_OK || result == SQLITE_BUSY else { throw Problem(handle, "checkpoint") }
    }

    deinit {
        sqlite3_close_v2(handle)
    }
}
