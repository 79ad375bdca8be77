internal import Logging
package import TMSAPI

/// A transaction as rules see it: statements, one `now`, and an audit trail.
///
/// Rules are plain synchronous functions over a transaction; the store decides on which thread they run. What they
/// throw rolls back what they did.
package struct Transaction {
    let connection: any SQLConnection
    let logger: Logger
    /// The time of the whole transaction, so that what it compares and what it writes agree.
    package let now: Timestamp
    /// Who asked for it.
    package let caller: Caller

    /// Runs a statement that changes rows.
    /// - Returns: how many.
    @discardableResult
    package func execute(_ sql: StaticString, _ values: SQLValue...) throws(APIError) -> Int {
        try run(sql, values) { _ in }
    }

    /// The same for callers that have their values in a list.
    func execute(_ sql: StaticString, _ values: [SQLValue]) throws(APIError) -> Int {
        try run(sql, values) { _ in }
    }

    /// Runs a statement that changes rows and whose count nobody needs: whoever writes over a network does not wait for it.
    ///
    /// Should it be refused, the transaction runs again, and then waits here and throws.
    func post(_ sql: StaticString, _ values: SQLValue...) throws(APIError) {
        try reporting { () throws(StoreError) in try connection.post(sql, values) }
    }

    /// Keeps other transactions that lock the same name waiting until this one ends, on any server: for a rule that looks
    /// at several rows and then changes one of them.
    package func lock(_ name: String) throws(APIError) {
        try reporting { () throws(StoreError) in try connection.lock(name) }
    }

    /// The first row of a result, if there is one.
    package func first<Value>(
        _ sql: StaticString, _ values: SQLValue..., as read: (any SQLRow) -> Value
    ) throws(APIError) -> Value? {
        var value: Value?
        try run(sql, values) { row in if value == nil { value = read(row) } }
        return value
    }

    func first<Value>(_ question: Question, as read: (any SQLRow) -> Value) throws(APIError) -> Value? {
        var value: Value?
        try run(question.sql, question.values) { row in if value == nil { value = read(row) } }
        return value
    }

    /// All rows of a result; the statement bounds how many those can be.
    package func all<Value>(
        _ sql: StaticString, _ values: SQLValue..., as read: (any SQLRow) -> Value
    ) throws(APIError) -> [Value] {
        var result: [Value] = []
        try run(sql, values) { row in result.append(read(row)) }
        return result
    }

    /// Hands each row of a result to `read`.
    func each(_ sql: StaticString, _ values: [SQLValue], _ read: (any SQLRow) -> Void) throws(APIError) {
        try run(sql, values, read)
    }

    @discardableResult
    private func run(
        _ sql: StaticString, _ values: [SQLValue], _ row: (any SQLRow) -> Void
    ) throws(APIError) -> Int {
        try reporting { () throws(StoreError) in try connection.run(sql, values, row) }
    }

    private func reporting<Value>(_ work: () throws(StoreError) -> Value) throws(APIError) -> Value {
        do {
            return try work()
        } catch {
            if error.isOperational {
                logger.error("statement failed", metadata: ["request": "\(caller.request)", "error": "\(error)"])
            }
            throw error.apiError
        }
    }
}
