package import TMSAPI

/// Writes a database down (``ExportFormat``), while servers may be using it.
package struct DatabaseExport {
    private let place: Store.Place
    private let now: Timestamp

    package init(of place: Store.Place, now: Timestamp = .now) {
        self.place = place
        self.now = now
    }

    /// Writes one state of the database, in bounded memory.
    /// - Parameter write: gets all bytes in order.
    /// - Throws: ``StoreError``, `.unfit` for a database that is half an import; ``MoveError`` for an older one.
    package func run(
        write: ([UInt8]) throws -> Void, report: MoveProgress.Report = { _ in }
    ) throws -> [TableSum] {
        let connection = try place.connect(.reading)
        let plan = try Migrator.plan(for: connection)
        guard plan.steps.isEmpty else {
            throw MoveError(
                "the database has schema version \(plan.version), this program \(MigrationPlan.programVersion): "
                    + "'tms-server migrate' brings it up to date")
        }
        try write(ExportFormat.line(ExportFormat.Header(schema: plan.version, created: now)))
        let sums = try connection.inTransaction {
            try UnfinishedImport.refuse(on: connection)
            return try Self.sums(on: connection, step: .exporting, report: report) { table in
                try write(ExportFormat.line(beginning: table))
            } lines: {
                try write($0)
            }
        }
        try write(ExportFormat.line(ending: sums))
        return sums
    }

    /// Reads all tables as an export has them.
    static func sums(
        on connection: any SQLConnection, step: MoveProgress.Step, rowsTotal: Int? = nil, report: MoveProgress.Report,
        begin: (MovedTable) throws -> Void = { _ in }, lines: ([UInt8]) throws -> Void = { _ in }
    ) throws -> [TableSum] {
        var rows = 0
        return try MovedTable.all.map { table in
            try begin(table)
            var (reader, summer) = (TableReader(table), TableSummer(of: table))
            while let page = try reader.nextPage(on: connection) {
                summer.add(page.lines, rows: page.rows)
                try lines(page.lines)
                rows += page.rows
                report(MoveProgress(step: step, table: table.name, rows: rows, rowsTotal: rowsTotal))
            }
            return summer.sum
        }
    }
}
