internal import Primitives
package import TMSAPI

/// Fills an empty database with an export.
///
/// Rows go in by transactions that also note how far the import is, so that one that was interrupted goes on where it
/// was. Until the database was read again and has the sums of the file, nobody serves from it.
package struct DatabaseImport {
    /// Rows that share a commit. More would be done again after an interruption, and are in memory at once.
    static let transactionRows = 10_000
    /// Pages in SQLite's write-ahead log from which on it is copied into the file.
    private static let logPagesMax = 16_384

    private let file: CheckedExport
    private let place: Store.Place
    private let now: Timestamp

    package init(of file: CheckedExport, into place: Store.Place, now: Timestamp = .now) {
        self.file = file
        self.place = place
        self.now = now
    }

    /// - Returns: how many rows were in the database before, from an import of the same file that was interrupted.
    /// - Throws: ``MoveError`` when the database is not empty or differs from the file in the end, ``StoreError``.
    package func run(report: MoveProgress.Report = { _ in }) throws -> Int {
        let connection = try connect()
        let before = try begin(on: connection)
        do {
            try refuseServers(on: connection)
        } catch {
            if before == 0 { try UnfinishedImport.end(on: connection) }
            throw error
        }
        try insert(behind: before, on: connection, report: report)
        try compare(on: connection, report: report)
        try connection.inTransaction {
            guard try UnfinishedImport.end(on: connection) else { throw Self.rivalry }
            try advanceIdentities(on: connection)
        }
        try tidy(connection)
        return before
    }

    // MARK: Beginning

    private func connect() throws -> any SQLConnection {
        do throws(StoreError) {
            return try place.connect(.importing)
        } catch {
            if error.code == .busy { throw MoveError("\(place): is in use. Stop the server first") }
            throw error
        }
    }

    private func begin(on connection: any SQLConnection) throws -> Int {
        let plan = try Migrator.plan(for: connection)
        if plan.version == 0 {
            try Migrator.migrate(connection, now: now)
        } else if !plan.steps.isEmpty {
            throw MoveError(
                "\(place): is not empty, and has schema version \(plan.version). An import needs an empty database")
        }
        return try connection.inTransaction {
            if let unfinished = try UnfinishedImport.find(on: connection) {
                guard unfinished.file == file.identity else {
                    throw MoveError(
                        "\(place): has half of another file. Import that one again, or take an empty database")
                }
                return unfinished.rows
            }
            let full = try MovedTable.all.filter { table in
                var reader = TableReader(table)
                return try reader.nextPage(on: connection, rowsMax: 1) != nil
            }
            guard full.isEmpty else {
                let names = full.map(\.name).joined(separator: ", ")
                throw MoveError("\(place): is not empty, but has rows in \(names). An import needs an empty database")
            }
            guard try UnfinishedImport.begin(file.identity, on: connection, now: now) else { throw Self.rivalry }
            return 0
        }
    }

    private static var rivalry: MoveError { MoveError("another import is at work on this database") }

    /// Servers that start now see the mark and end. Those that have been there before do not look again.
    private func refuseServers(on connection: any SQLConnection) throws {
        // A file that a server has open could not have been opened.
        guard connection.dialect == .postgreSQL else { return }
        var servers: Int64 = 0
        try connection.run(
            """
            SELECT COUNT(*) FROM pg_stat_activity
            WHERE datname = current_database() AND application_name = 'tms-server'
            """, []
        ) { servers = $0.integer(0) }
        guard servers == 0 else {
            throw MoveError("\(place): is in use. Stop the servers that are connected to it first")
        }
    }

    // MARK: Rows

    private func insert(
        behind before: Int, on connection: any SQLConnection, report: MoveProgress.Report
    ) throws {
        let reader = try ExportReader(path: file.path)
        var (batch, done): ([ExportRow], Int) = ([], before)
        batch.reserveCapacity(Self.transactionRows)
        func finishBatch() throws {
            guard let last = batch.last else { return }
            try insert(batch, behind: done, on: connection)
            done += batch.count
            batch.removeAll(keepingCapacity: true)
            report(MoveProgress(step: .importing, table: last.table.name, rows: done, rowsTotal: file.rows))
        }
        while let row = try reader.nextRow() {
            guard reader.rows > before else { continue }
            batch.append(row)
            if batch.count == Self.transactionRows { try finishBatch() }
        }
        try finishBatch()
    }

    private func insert(_ batch: [ExportRow], behind done: Int, on connection: any SQLConnection) throws {
        func inTransaction(_ insert: (ExportRow) throws -> Void) throws {
            try connection.inTransaction {
                guard try UnfinishedImport.advance(from: done, to: done + batch.count, on: connection) else {
                    throw Self.rivalry
                }
                for row in batch { try insert(row) }
            }
        }
        do {
            try inTransaction { row in try connection.post(row.table.insert, row.values) }
        } catch let error as StoreError where !error.isOperational {
            // What is posted is refused some rows later. Once more, and each is waited for, to know which one it is.
            try inTransaction { row in
                do throws(StoreError) {
                    try connection.run(row.table.insert, row.values) { _ in }
                } catch {
                    throw MoveError("\(file.path):\(row.line): \(error.detail)")
                }
            }
        }
        if let connection = connection as? SQLiteConnection, connection.logPages >= Self.logPagesMax {
            try connection.checkpoint(.restart)
        }
    }

    // MARK: Ending

    private func compare(on connection: any SQLConnection, report: MoveProgress.Report) throws {
        let sums = try connection.inTransaction {
            try DatabaseExport.sums(on: connection, step: .comparing, rowsTotal: file.rows, report: report)
        }
        for (sum, expected) in zip(sums, file.sums) where sum != expected {
            throw MoveError(
                "\(sum.table) has \(sum.rows) rows with the checksum \(sum.sha256) in the database, and "
                    + "\(expected.rows) with \(expected.sha256) in the file. Nobody serves from it: take an empty one")
        }
    }

    /// New rows get ids behind those that came with theirs. SQLite looks for itself.
    private func advanceIdentities(on connection: any SQLConnection) throws(StoreError) {
        guard connection.dialect == .postgreSQL else { return }
        try connection.runScript(
            """
            DO $$
            DECLARE
                identity RECORD;
            BEGIN
                FOR identity IN
                    SELECT table_name, column_name FROM information_schema.columns
                    WHERE table_schema = current_schema() AND is_identity = 'YES'
                LOOP
                    EXECUTE format(
                        'SELECT setval(pg_get_serial_sequence(%L, %L), COALESCE(MAX(%I), 0) + 1, false) FROM %I',
                        identity.table_name, identity.column_name, identity.column_name, identity.table_name);
                END LOOP;
            END $$
            """)
    }

    private func tidy(_ connection: any SQLConnection) throws(StoreError) {
        if let connection = connection as? SQLiteConnection {
            try connection.checkpoint(.truncate)
        } else {
            // Without it the first statements would be planned for empty tables.
            try connection.runScript("ANALYZE")
        }
    }
}
