internal import Telemetry

/// One of the writers of a PostgreSQL database.
final class PostgreSQLWriter: WritingSession {
    private let link: PostgreSQLLink
    private let credentials: CredentialsVersion
    private var leftCommit: LeftCommit
    /// Of the transaction in hand, or the last one.
    private var connection: PostgreSQLConnection?
    /// Of connections that have gone.
    private var changesBefore: Int64 = 0

    init(_ link: PostgreSQLLink, credentials: CredentialsVersion, leftCommit: LeftCommit) {
        self.link = link
        self.credentials = credentials
        self.leftCommit = leftCommit
    }

    func restore() -> Int? {
        let pause = link.restore()
        // What others have changed, the listener tells; but it must not pile up here.
        noteChangedCredentials()
        return pause ?? leftCommit.pause(link)
    }

    var idleMilliseconds: Int? { link.idleMilliseconds }

    func begin(apart: Bool) throws(StoreError) -> any SQLConnection {
        let connected = try link.connected()
        if connection !== connected {
            changesBefore += connection?.totalChanges ?? 0
            connection = connected
            try leftCommit.note(connected)
        }
        connected.waitsForPosted = apart
        try connected.begin()
        return connected
    }

    func commit() throws(StoreError) -> Bool {
        guard let connection else { return false }
        do throws(StoreError) {
            #if ACKNOWLEDGE_BEFORE_COMMIT
                // The mistake that the fault drill has to find (Soak/drill.py): the answer is not waited for.
                let isCommitted = true
                connection.endReading()
            #else
                let isCommitted = try connection.commit()
            #endif
            // The server tells of a change with its commit, so nobody hears of the change before it counts here.
            noteChangedCredentials()
            return isCommitted
        } catch {
            // The change may have been made.
            if error.code == .outcomeUnknown {
                credentials.advance()
                leftCommit.leave()
            }
            throw error
        }
    }

    func rollBack() { connection?.rollBack() }

    var canCommit: Bool { connection.map { !$0.hasFailed && !$0.isBroken } ?? false }
    var changes: Int64 { changesBefore + (connection?.totalChanges ?? 0) }
    var metConflict: Bool { connection?.metConflict ?? false }

    func whole<Result>(_ batch: () -> Result) -> Result { batch() }

    private func noteChangedCredentials() {
        if let connection, connection.takeNotifications() { credentials.advance() }
    }
}

/// One of the readers of a PostgreSQL database.
final class PostgreSQLReader: ReadingSession {
    private let link: PostgreSQLLink

    init(_ link: PostgreSQLLink) {
        self.link = link
    }

    func restore() -> Int? { link.restore() }
    var idleMilliseconds: Int? { link.idleMilliseconds }

    func read<Value>(_ body: (any SQLConnection) -> Value) throws(StoreError) -> Value {
        let connection = try link.connected()
        if let value = try? attempt(connection, body) { return value }
        // It went while it was not looked at, or in the middle. Whoever reads changes nothing, so that it can be repeated.
        return try attempt(try link.connected(), body)
    }

    /// - Throws: when the connection was lost.
    private func attempt<Value>(
        _ connection: PostgreSQLConnection, _ body: (any SQLConnection) -> Value
    ) throws(StoreError) -> Value {
        try connection.begin()
        let value = body(connection)
        connection.endReading()
        if connection.isBroken { throw .away }
        return value
    }
}
