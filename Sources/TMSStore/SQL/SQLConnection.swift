package import TMSAPI

/// A connection to either database: the seam between the SQL text, which is one, and the two dialects.
///
/// A connection belongs to one thread at a time.
package protocol SQLConnection: AnyObject {
    /// Runs one statement, prepared on its first use, and calls `row` for each row of its result.
    ///
    /// `sql` is a `StaticString` so that nothing can be concatenated into it: values go through `$1…$n`.
    /// - Returns: how many rows the statement inserted, updated or deleted.
    @discardableResult
    func run(_ sql: StaticString, _ values: [SQLValue], _ row: (any SQLRow) -> Void) throws(StoreError) -> Int

    /// Runs a statement whose result nobody needs. Where the database is behind a network it is not waited for: should it
    /// be refused, the next statement says so, or the commit.
    func post(_ sql: StaticString, _ values: [SQLValue]) throws(StoreError)

    /// Keeps other transactions that lock the same name waiting until this one ends. Nothing to do where there is one
    /// writer.
    func lock(_ name: String) throws(StoreError)

    /// Runs several statements of the migrator, without parameters.
    func runScript(_ sql: String) throws(StoreError)

    var dialect: Dialect { get }
}

extension SQLConnection {
    @discardableResult
    package func run(_ sql: StaticString, _ values: SQLValue...) throws(StoreError) -> Int {
        try run(sql, values) { _ in }
    }

    package func post(_ sql: StaticString, _ values: [SQLValue]) throws(StoreError) {
        try run(sql, values) { _ in }
    }

    package func lock(_ name: String) throws(StoreError) {}
}

/// The current row of a result. Columns count from 0, in the order the statement lists them.
package protocol SQLRow: AnyObject {
    func isNull(_ column: Int32) -> Bool
    func text(_ column: Int32) -> String
    func integer(_ column: Int32) -> Int64
    func flag(_ column: Int32) -> Bool
    func time(_ column: Int32) -> Timestamp
}

extension SQLRow {
    package func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }
    package func optionalTime(_ column: Int32) -> Timestamp? { isNull(column) ? nil : time(column) }
    package func int32(_ column: Int32) -> Int32 { Int32(clamping: integer(column)) }
}
