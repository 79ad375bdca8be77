/// What a thread has of its own to reach the database by.
protocol DatabaseSession: AnyObject {
    /// Sees to it that work can be done.
    /// - Returns: nil when it can; else milliseconds until it is worth asking again.
    func restore() -> Int?

    /// After so long without work ``restore()`` is to be asked; nil: never.
    var idleMilliseconds: Int? { get }
}

// A file that was opened stays open.
extension DatabaseSession {
    func restore() -> Int? { nil }
    var idleMilliseconds: Int? { nil }
}

/// What a writer's thread needs of its database.
protocol WritingSession: DatabaseSession {
    /// - Parameter apart: whether a write must hear of a refusal itself, so that nothing is posted.
    func begin(apart: Bool) throws(StoreError) -> any SQLConnection

    /// Returns when the transaction is durable.
    /// - Returns: false when something posted was refused: then nothing was changed.
    func commit() throws(StoreError) -> Bool

    /// Gives up the transaction, whatever has become of it.
    func rollBack()

    /// False when an error has made the whole transaction void.
    var canCommit: Bool { get }

    /// Rows changed so far, in all transactions.
    var changes: Int64 { get }

    /// The last statement was refused for another transaction's sake: the same again may succeed.
    var metConflict: Bool { get }

    /// Runs everything that is done for one batch.
    func whole<Result>(_ batch: () -> Result) -> Result
}
