internal import TMSAPI

/// Reads a table in the order of its key, as lines of an export, a page at a time.
struct TableReader {
    /// Rows that are in memory at once.
    static let pageRows = 1000

    private let table: MovedTable
    /// Of the last row that was read.
    private var key: [SQLValue]
    private var json = JSONWriter()
    private var isAtEnd = false

    init(_ table: MovedTable) {
        self.table = table
        key = table.start
    }

    /// - Returns: nil behind the last row.
    mutating func nextPage(
        on connection: any SQLConnection, rowsMax: Int = pageRows
    ) throws(StoreError) -> (lines: [UInt8], rows: Int)? {
        guard !isAtEnd else { return nil }
        var (lines, rows): ([UInt8], Int) = ([], 0)
        var (last, json) = (key, self.json)
        try connection.run(table.page, key + [.integer(Int64(rowsMax))]) { row in
            let values = table.values(of: row)
            json.reset()
            json.row(values)
            lines += json.bytes
            lines.append(UInt8(ascii: "\n"))
            last = Array(values.prefix(table.keyColumns))
            rows += 1
        }
        (key, self.json) = (last, json)
        isAtEnd = rows < rowsMax
        return rows > 0 ? (lines, rows) : nil
    }
}
