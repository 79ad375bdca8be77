/// An export that was read to its end and is in order.
package struct CheckedExport: Sendable {
    let path: String
    /// Tells the file from all others: of its first line, which has the time, and its last, which has the sums.
    let identity: String
    package let sums: [TableSum]
    package var rows: Int { sums.reduce(0) { $0 + $1.rows } }

    /// How often progress is told of, in rows.
    private static let reportRows = 1000

    /// - Throws: ``MoveError`` with file, line and what is wrong.
    package init(path: String, report: MoveProgress.Report = { _ in }) throws {
        let reader = try ExportReader(path: path)
        while let row = try reader.nextRow() {
            guard reader.rows.isMultiple(of: Self.reportRows) else { continue }
            report(MoveProgress(step: .checking, table: row.table.name, rows: reader.rows, rowsTotal: nil))
        }
        self.path = path
        identity = reader.identity
        sums = reader.sums
    }
}
