internal import TMSAPI

/// The columns of a page's key, to be bound: rows after it are wanted.
struct PageKey: Sendable {
    private let columns: [String]

    fileprivate init(_ columns: [String]) {
        self.columns = columns
    }

    func column(_ index: Int) -> String { columns[index] }
    func text(_ index: Int) -> SQLValue { .text(columns[index]) }
    /// A cursor that somebody made up begins somewhere, and does no harm.
    func integer(_ index: Int) -> SQLValue { .integer(Int64(columns[index]) ?? 0) }
}

extension Transaction {
    /// One page of a list.
    /// - Parameters:
    ///   - start: a key before those of all rows, such as `["", "0"]` for a text and an id. Keys end with the id, which is
    ///     never 0.
    ///   - read: rows after a key, as many as asked for.
    ///   - key: of a row, its columns in the order of the list.
    /// - Throws: 400 for a cursor of another list.
    func page<Row: ListedRow>(
        _ request: PageRequest, from start: [String],
        read: (_ after: PageKey, _ count: SQLValue) throws(APIError) -> [Row], key: (Row) -> [String]
    ) throws(APIError) -> Page<Row> {
        let after = request.after?.columns ?? start
        guard after.count == start.count else {
            throw APIError(.badRequest, "failed to parse parameter 'after': it must be \(Cursor.expectation)")
        }
        let rowsMax = Int(request.rowsMax)
        // One more than asked for tells whether there is a next page.
        var rows = try read(PageKey(after), .integer(Int64(rowsMax) + 1))
        guard rows.count > rowsMax else { return Page(rows, next: nil) }
        rows.removeLast(rows.count - rowsMax)
        return Page(rows, next: rows.last.map { Cursor(key($0)) })
    }
}
