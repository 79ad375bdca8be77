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
    private var isTogether = false
    /// The one with the transaction that reads share.
    private var shared: PostgreSQLConnection?

    init(_ link: PostgreSQLLink) {
        self.link = link
    }

    func restore() -> Int? { link.restore() }
    var idleMilliseconds: Int? { link.idleMilliseconds }

    func read<Value>(_ body: (any SQLConnection) -> Value) throws(StoreError) -> Value {
        let connection = if let shared { shared } else { try link.connected() }
        if let value = try? attempt(connection, body) { return value }
        // It went while it was not looked at, or in the middle. Whoever reads changes nothing, so that it can be repeated.
        return try attempt(try link.connected(), body)
    }

    /// They share a transaction and the round trip of what they ask first.
    func readTogether(_ questions: [Question?], _ read: (Int) -> Void) {
        guard questions.count > 1 else { return read(0) }
        isTogether = true
        var answers = ask(questions.compactMap(\.self)).makeIterator()
        let asked = shared
        for (number, question) in questions.enumerated() {
            let answer = question == nil ? nil : answers.next()
            // A read must not see two states: what was answered in a transaction that has ended is worth nothing.
            if shared !== asked { answers = [].makeIterator() } else { shared?.foreseen = answer }
            read(number)
        }
        isTogether = false
        shared?.foreseen = nil
        shared?.endReading()
        shared = nil
    }

    /// - Returns: no answers when a question was refused: then each read asks for itself, and the one that is to blame
    ///   hears of it.
    private func ask(_ questions: [Question]) -> [PostgreSQLAnswer] {
        guard let connection = try? link.connected() else { return [] }
        do throws(StoreError) {
            try connection.begin()
            let answers = try connection.ask(questions)
            shared = connection
            return answers
        } catch {
            connection.rollBack()
            return []
        }
    }

    /// - Throws: when the connection was lost.
    private func attempt<Value>(
        _ connection: PostgreSQLConnection, _ body: (any SQLConnection) -> Value
    ) throws(StoreError) -> Value {
        if shared !== connection { try connection.begin() }
        shared = isTogether ? connection : nil
        let value = body(connection)
        // Behind a refusal nothing is answered in that transaction.
        if !isTogether || connection.hasFailed {
            connection.endReading()
            shared = nil
        }
        if connection.isBroken {
            shared = nil
            throw .away
        }
        return value
    }
}
