internal import Synchronization

/// One state of the database, shared by the reads of one turn of an event loop.
///
/// To begin and end a read transaction costs as much as a point read, mostly for the file locks of SQLite, and requests
/// come in bunches. So the transaction stays open until the loop has done with what has come in. No read sees less than
/// what was committed before it was asked for: after a commit the next read begins anew.
final class SharedSnapshot: @unchecked Sendable {
    // Sendable: used on its lane's loop only.
    let connection: SQLiteConnection
    private let commits: CommitCount
    /// Commits there had been when the snapshot was begun; nil while none is open.
    private var begunAt: Int?

    init(_ connection: SQLiteConnection, commits: CommitCount) {
        self.connection = connection
        self.commits = commits
    }

    /// Makes the snapshot a current one.
    /// - Returns: whether it was opened, so that somebody must see to it that it is ended.
    func renew() throws(StoreError) -> Bool {
        let current = commits.current
        if begunAt == current { return false }
        let wasOpen = begunAt != nil
        end()
        try connection.run("BEGIN")
        begunAt = current
        return !wasOpen
    }

    /// Lets the checkpointer have what the snapshot kept in use.
    func end() {
        guard begunAt != nil else { return }
        begunAt = nil
        // Ending a read transaction cannot lose anything; should it fail, the next BEGIN says so.
        _ = try? connection.run("COMMIT")
    }
}

/// Counts durable commits of this process.
final class CommitCount: Sendable {
    private let count = Atomic(0)

    var current: Int { count.load(ordering: .acquiring) }

    /// Before anybody hears of what was committed.
    func advance() {
        count.add(1, ordering: .releasing)
    }
}
