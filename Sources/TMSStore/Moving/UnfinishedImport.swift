internal import TMSAPI

/// An import that is at work on a database, or was interrupted.
struct UnfinishedImport: Equatable {
    /// ``CheckedExport/identity``
    let file: String
    /// So many rows of the file are in the database.
    let rows: Int

    /// - Throws: `.unfit` when there is one.
    static func refuse(on connection: some SQLConnection) throws(StoreError) {
        guard try find(on: connection) != nil else { return }
        throw StoreError(
            .unfit, "an import into it is not finished: 'tms-server import' with the same file goes on with it")
    }

    static func find(on connection: some SQLConnection) throws(StoreError) -> UnfinishedImport? {
        var found: UnfinishedImport?
        try connection.run("SELECT file_sha256, rows_done FROM unfinished_import", []) { row in
            found = UnfinishedImport(file: row.text(0), rows: Int(row.integer(1)))
        }
        return found
    }

    /// - Returns: false when another import has begun at the same time.
    static func begin(_ file: String, on connection: some SQLConnection, now: Timestamp) throws(StoreError) -> Bool {
        try connection.run(
            """
            INSERT INTO unfinished_import (id, file_sha256, rows_done, begun) VALUES (1, $1, 0, $2)
            ON CONFLICT DO NOTHING
            """, .text(file), .time(now)) == 1
    }

    /// To be told in the transaction that inserts the rows, before them: who comes second waits here.
    /// - Returns: false when somebody else has gone on with the import.
    static func advance(from: Int, to: Int, on connection: some SQLConnection) throws(StoreError) -> Bool {
        try connection.run(
            "UPDATE unfinished_import SET rows_done = $2 WHERE rows_done = $1", .integer(Int64(from)),
            .integer(Int64(to))) == 1
    }

    /// - Returns: false when somebody else has ended it.
    @discardableResult
    static func end(on connection: some SQLConnection) throws(StoreError) -> Bool {
        try connection.run("DELETE FROM unfinished_import") == 1
    }
}
