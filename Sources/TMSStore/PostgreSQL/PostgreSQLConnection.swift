private import CLibPQ
private import Glibc
internal import Primitives
internal import TMSAPI

/// One session of a PostgreSQL server, with its prepared statements.
///
/// It belongs to one thread at a time and keeps it waiting, but never longer than a named time: an answer that does not
/// come ends the session (``isBroken``). Statements are sent in libpq's pipeline mode. What is posted goes with the next
/// statement that is waited for, so that both cost one round trip:
///
///     post, post, run, sync  →        one packet
///                            ←  all results at once
///
/// Behind a statement that is refused the server skips everything up to the sync.
package final class PostgreSQLConnection: SQLConnection {
    package enum Role: Sendable {
        /// Each transaction sees one state of the database, and can change nothing.
        case reader
        case writer
        /// Hears of changed credentials.
        case listener
        /// Reads all of one state of the database: may take as long as that needs.
        case exporter
        /// Changes the schema, or fills the tables: may take as long as a large table needs.
        case migrator

        /// Reads one state of the database in each transaction, and can change nothing.
        var isReadOnly: Bool { self == .reader || self == .exporter }
        /// One of a command's, which nobody waits for; the others are a server's.
        var isCommand: Bool { self == .exporter || self == .migrator }
    }

    /// For how long a statement of a command is waited for, such as a change of the schema.
    private static let commandMillisecondsMax = 3_600_000
    /// Posted statements that wait for the next one that is waited for. More would fill buffers on both sides.
    static let postedMax = 64

    package let dialect = Dialect.postgreSQL
    private let handle: OpaquePointer
    private let answerMillisecondsMax: Int
    /// Prepared statements by the address of their text, which a `StaticString` never changes.
    private var statements: [UnsafePointer<UInt8>: Prepared] = [:]
    private var parameters = PostgreSQLParameters()
    /// What was sent since the last sync.
    private var sent: [StaticString] = []

    /// The session has ended: nothing can be done with it any more.
    private(set) var isBroken = false
    /// Rows changed so far, of posted statements one each.
    private(set) var totalChanges: Int64 = 0
    /// A statement of the transaction was refused, so that it cannot be committed.
    private(set) var hasFailed = false
    /// The last refusal was for the sake of another transaction: the same again may succeed.
    private(set) var metConflict = false
    /// Posted statements are waited for, so that whoever posts hears of a refusal.
    var waitsForPosted = false
    /// What the next statement is answered, if it is that question.
    var foreseen: PostgreSQLAnswer?

    private struct Prepared {
        let name: String
        /// Of the parameters, as the server takes them.
        let types: [Oid]
    }

    /// - Throws: `.unreachable` when no host can be connected to in time.
    package init(_ database: PostgreSQLDatabase, role: Role) throws(StoreError) {
        let statementMilliseconds =
            role.isCommand ? Self.commandMillisecondsMax : database.statementMillisecondsMax
        answerMillisecondsMax = statementMilliseconds + database.networkMillisecondsMax
        handle = try Self.connect(database, role: role)
        PQsetnonblocking(handle, 1)
        // Notices, such as those of IF NOT EXISTS, would go to standard error.
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
        try runScript(Self.settings(for: role, database, statementMilliseconds: statementMilliseconds))
    }

    deinit {
        PQfinish(handle)
    }

    // MARK: SQLConnection

    @discardableResult
    package func run(
        _ sql: StaticString, _ values: [SQLValue], _ row: (any SQLRow) -> Void
    ) throws(StoreError) -> Int {
        if let foreseen, foreseen.question.isAsked(by: sql, values) {
            self.foreseen = nil
            foreseen.result.forEachRow(row)
            return 0
        }
        try send(sql, values)
        var changes = 0
        try synchronize { result in
            changes = result.changes
            result.forEachRow(row)
        }
        totalChanges += Int64(changes)
        return changes
    }

    /// Asks several questions at once, with what was sent before.
    /// - Parameter questions: no more than ``postedMax``.
    /// - Returns: what they were answered, in their order.
    /// - Throws: the first refusal; then none of them has an answer.
    func ask(_ questions: [Question]) throws(StoreError) -> [PostgreSQLAnswer] {
        // To be prepared takes a round trip, and answers would come with it.
        for question in questions { _ = try prepared(question.sql) }
        for question in questions { try send(question.sql, question.values) }
        let before = sent.count - questions.count
        var answers: [PostgreSQLAnswer] = []
        answers.reserveCapacity(questions.count)
        try synchronizeAll { number, result in
            guard number >= before else { return }
            answers.append(PostgreSQLAnswer(question: questions[number - before], result: result))
        }
        return answers
    }

    package func post(_ sql: StaticString, _ values: [SQLValue]) throws(StoreError) {
        if waitsForPosted {
            try run(sql, values) { _ in }
            return
        }
        if sent.count >= Self.postedMax { try synchronize { _ in } }
        try send(sql, values)
        totalChanges += 1
    }

    package func lock(_ name: String) throws(StoreError) {
        try run("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [.text(name)]) { _ in }
    }

    package func runScript(_ sql: String) throws(StoreError) {
        // The simple protocol, which takes several statements at once, does not mix with a pipeline.
        if PQpipelineStatus(handle) == PQ_PIPELINE_ON, PQexitPipelineMode(handle) == 0 { throw lost() }
        guard PQsendQuery(handle, sql) == 1 else { throw lost() }
        var failure: StoreError?
        try eachResult(until: deadline()) { result in
            switch result.status {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: break
            default: failure = failure ?? StoreError(refusal: result.pointer, context: "a script")
            }
        }
        if PQstatus(handle) == CONNECTION_BAD || PQenterPipelineMode(handle) == 0 { throw failure ?? lost() }
        if let failure { throw failure }
    }

    // MARK: Transactions

    /// Costs no round trip of its own.
    func begin() throws(StoreError) {
        (hasFailed, metConflict, foreseen) = (false, false, nil)
        try send("BEGIN", [])
    }

    /// - Returns: false when a posted statement was refused, so that nothing was committed.
    /// - Throws: `.outcomeUnknown` when the session ended before the answer came.
    func commit() throws(StoreError) -> Bool {
        let hasPosted = !sent.isEmpty
        var isCommitted = false
        do throws(StoreError) {
            try send("COMMIT", [])
            try synchronize { result in isCommitted = result.isCommit }
        } catch {
            if isBroken { throw StoreError(.outcomeUnknown, error.detail) }
            // A constraint that is checked at the end of the transaction belongs to no statement of ours.
            if !hasPosted { throw error }
        }
        return isCommitted
    }

    /// Gives up the transaction, whatever has become of it.
    func rollBack() {
        guard !isBroken else { return }
        // What is refused in the pipeline would take the ROLLBACK with it.
        if !sent.isEmpty { _ = try? synchronize { _ in } }
        _ = try? run("ROLLBACK")
    }

    /// Ends a transaction that has changed nothing, without waiting for it.
    func endReading() {
        guard !isBroken else { return }
        if hasFailed || (try? send("COMMIT", [])) == nil { return rollBack() }
        // Its answer comes with that of the next transaction.
        if PQpipelineSync(handle) == 0 || PQflush(handle) < 0 { isBroken = true }
        owesSync = true
    }

    /// A sync was sent and its answer not yet read.
    private var owesSync = false

    // MARK: Sending

    private func send(_ sql: StaticString, _ values: [SQLValue]) throws(StoreError) {
        if owesSync { try settle() }
        let statement = try prepared(sql)
        try parameters.fill(values, types: statement.types, of: sql)
        let isSent = parameters.withArguments { count, values, lengths, formats in
            PQsendQueryPrepared(handle, statement.name, count, values, lengths, formats, 1)
        }
        guard isSent == 1 else { throw lost() }
        sent.append(sql)
    }

    /// Reads the answers of what ``endReading()`` has sent.
    private func settle() throws(StoreError) {
        owesSync = false
        try readAnswers { _, _ in }
    }

    /// Prepares the statement on its first use, which takes a round trip of its own to learn its parameters' types.
    private func prepared(_ sql: StaticString) throws(StoreError) -> Prepared {
        if let statement = statements[sql.utf8Start] { return statement }
        let name = "s" + String(UInt(bitPattern: sql.utf8Start), radix: 16)
        let isSent = sql.withUTF8Buffer { text in
            text.withMemoryRebound(to: CChar.self) { text in PQsendPrepare(handle, name, text.baseAddress, 0, nil) }
        }
        guard isSent == 1, PQsendDescribePrepared(handle, name) == 1 else { throw lost() }
        sent += [sql, sql]
        var types: [Oid] = []
        try synchronize { description in
            types = description.parameterTypes
        }
        let statement = Prepared(name: name, types: types)
        statements[sql.utf8Start] = statement
        return statement
    }

    // MARK: Answers

    /// Waits for the answers to everything sent.
    /// - Parameter last: gets the result of what was sent last, unless anything was refused.
    /// - Throws: the first refusal.
    private func synchronize(_ last: (PostgreSQLResult) -> Void) throws(StoreError) {
        let lastNumber = sent.count - 1
        try synchronizeAll { number, result in if number == lastNumber { last(result) } }
    }

    /// The same for the result of each command, with its number since the last sync.
    private func synchronizeAll(_ answer: (Int, PostgreSQLResult) -> Void) throws(StoreError) {
        guard PQpipelineSync(handle) == 1 else { throw lost() }
        try readAnswers(answer)
    }

    private func readAnswers(_ answer: (Int, PostgreSQLResult) -> Void) throws(StoreError) {
        let (commands, deadline) = (sent, deadline())
        sent.removeAll(keepingCapacity: true)
        var failure: StoreError?
        for (number, sql) in commands.enumerated() {
            try eachResult(until: deadline) { result in
                switch result.status {
                case PGRES_COMMAND_OK, PGRES_TUPLES_OK: answer(number, result)
                case PGRES_PIPELINE_ABORTED: break
                default: failure = failure ?? StoreError(refusal: result.pointer, context: sql)
                }
            }
            if PQstatus(handle) == CONNECTION_BAD { throw broken(by: failure) }
        }
        guard let sync = try nextResult(until: deadline), sync.status == PGRES_PIPELINE_SYNC else {
            throw broken(by: failure)
        }
        hasFailed = PQtransactionStatus(handle) == PQTRANS_INERROR
        guard let failure else { return }
        // A row that the rule did not find and that is there now was made by another transaction meanwhile.
        metConflict = failure.code == .conflict || failure.code == .unique
        throw failure
    }

    /// Hands on the results of one command.
    private func eachResult(until deadline: Int, _ body: (PostgreSQLResult) -> Void) throws(StoreError) {
        while let result = try nextResult(until: deadline) { body(result) }
    }

    /// nil after the last result of a command, and always when the session has ended.
    private func nextResult(until deadline: Int) throws(StoreError) -> PostgreSQLResult? {
        while true {
            let unsent = PQflush(handle)
            if unsent < 0 { throw lost() }
            if PQisBusy(handle) == 0 { return PQgetResult(handle).map(PostgreSQLResult.init) }
            try waitForServer(until: deadline, isSending: unsent > 0)
            guard PQconsumeInput(handle) == 1 else { throw lost() }
        }
    }

    private func waitForServer(until deadline: Int, isSending: Bool) throws(StoreError) {
        let left = (deadline - Monotonic.nanoseconds) / 1_000_000
        guard left > 0 else {
            isBroken = true
            throw StoreError(.unreachable, "the database did not answer within \(answerMillisecondsMax) ms")
        }
        _ = isReadable(withinMilliseconds: left, orWritable: isSending)
    }

    private func isReadable(withinMilliseconds timeout: Int, orWritable: Bool = false) -> Bool {
        let events = Int16(POLLIN) | (orWritable ? Int16(POLLOUT) : 0)
        var socket = pollfd(fd: PQsocket(handle), events: events, revents: 0)
        return poll(&socket, 1, Int32(clamping: timeout)) > 0
    }

    private func deadline() -> Int { Monotonic.nanoseconds + answerMillisecondsMax * 1_000_000 }

    /// Ends the use of the session.
    private func lost() -> StoreError {
        isBroken = true
        return StoreError(.unreachable, "PostgreSQL: \(String(cString: PQerrorMessage(handle)))")
    }

    /// The server says why it ends a session; if it does not, the network has.
    private func broken(by failure: StoreError?) -> StoreError {
        let loss = lost()
        guard let failure else { return loss }
        return StoreError(.unreachable, failure.detail)
    }

    // MARK: Between transactions

    /// Whether the session is still there, as far as can be seen without asking the server.
    func isAlive() -> Bool {
        // What the server said last comes before the end of the stream, each with a read of its own.
        for _ in 0..<4 {
            guard !isBroken, isReadable(withinMilliseconds: 0) else { break }
            if PQconsumeInput(handle) == 0 || PQstatus(handle) == CONNECTION_BAD { isBroken = true }
        }
        return !isBroken
    }

    /// Waits for a notification.
    /// - Returns: whether any has come.
    /// - Throws: `.unreachable` when the session has ended.
    func waitForNotification(milliseconds: Int) throws(StoreError) -> Bool {
        _ = isReadable(withinMilliseconds: milliseconds)
        guard PQconsumeInput(handle) == 1, PQstatus(handle) != CONNECTION_BAD else { throw lost() }
        return takeNotifications()
    }

    /// - Returns: whether the server has told of any since the last call.
    func takeNotifications() -> Bool {
        var hasAny = false
        while let notification = PQnotifies(handle) {
            hasAny = true
            PQfreemem(notification)
        }
        return hasAny
    }
}
