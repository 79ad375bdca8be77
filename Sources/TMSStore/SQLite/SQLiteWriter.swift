/// The one writer of a SQLite file: between its batches the log may be copied into the database.
final class SQLiteWriter: WritingSession {
    private let connection: SQLiteConnection
    private let checkpointer: Checkpointer
    private let commits: CommitCount
    private let credentials: CredentialsVersion

    init(
        _ connection: SQLiteConnection, checkpointer: Checkpointer, commits: CommitCount,
        credentials: CredentialsVersion
    ) {
        self.connection = connection
        self.checkpointer = checkpointer
        self.commits = commits
        self.credentials = credentials
    }

    func begin(apart: Bool) throws(StoreError) -> any SQLConnection {
        try connection.run("BEGIN IMMEDIATE")
        return connection
    }

    func commit() throws(StoreError) -> Bool {
        try connection.run("COMMIT")
        commits.advance()
        checkpointer.logHas(pages: connection.logPages)
        if connection.hasChangedCredentials {
            connection.hasChangedCredentials = false
            credentials.advance()
        }
        return true
    }

    func rollBack() {
        // Some errors, such as a full disk, make SQLite roll back by itself.
        if connection.isInTransaction { _ = try? connection.run("ROLLBACK") }
    }

    var canCommit: Bool { connection.isInTransaction }
    var changes: Int64 { connection.totalChanges }
    var metConflict: Bool { false }

    func whole<Result>(_ batch: () -> Result) -> Result {
        checkpointer.whileLogGrows(batch)
    }
}
