import Foundation
import Primitives
import TMSAPI
import TestSupport
import Testing

@testable import TMSStore

@Suite struct PostgreSQLConnectionTests {
    private let cluster: PostgreSQLCluster
    private let database: PostgreSQLDatabase

    init() throws {
        cluster = try PostgreSQLCluster.shared()
        database = try cluster.makeDatabase()
    }

    private func connect(
        _ role: PostgreSQLConnection.Role = .writer, _ change: (inout PostgreSQLDatabase) -> Void = { _ in }
    ) throws -> PostgreSQLConnection {
        var database = database
        change(&database)
        return try PostgreSQLConnection(database, role: role)
    }

    private func number(
        _ connection: PostgreSQLConnection, _ sql: StaticString, _ values: SQLValue...
    ) throws -> Int64 {
        var number: Int64 = -1
        try connection.run(sql, values) { number = $0.integer(0) }
        return number
    }

    private func makeTable(_ connection: PostgreSQLConnection) throws {
        try connection.runScript("CREATE TABLE t (id BIGINT PRIMARY KEY, parent BIGINT REFERENCES t, CHECK (id > 0))")
    }

    @Test func valuesComeBackAsTheyWentIn() throws {
        let (connection, text) = (try connect(), "a\u{1F511}'\"; --")
        let time = Timestamp(microseconds: 1_795_462_591_123_456)
        var isSame = false
        let sql: StaticString = """
            SELECT CAST($1 AS BIGINT), CAST($2 AS TEXT), CAST($3 AS BOOLEAN), CAST($4 AS TIMESTAMPTZ), CAST($5 AS TEXT),
                CAST($6 AS INTEGER), CAST($7 AS TEXT), CAST($8 AS TIMESTAMPTZ)
            """
        for _ in 1...2 {
            try connection.run(
                sql,
                [
                    .integer(Int64.min), .text(text), .flag(true), .time(time), .null, .integer(-7 as Int64), .text(""),
                    .time(.never),
                ]
            ) { row in
                isSame =
                    row.integer(0) == .min && row.text(1) == text && row.flag(2) && row.time(3) == time && row.isNull(4)
                    && row.integer(5) == -7 && row.text(6) == "" && !row.isNull(6) && row.time(7) == .never
            }
            #expect(isSame)
        }
    }

    @Test func refusalsAreToldApartByCode() throws {
        let connection = try connect { $0.statementMillisecondsMax = 1_000 }
        try makeTable(connection)
        try connection.run("INSERT INTO t VALUES (1)")
        func expect(_ code: StoreError.Code, _ sql: StaticString, _ values: SQLValue...) {
            #expect(throws: StoreError(code, "")) { try connection.run(sql, values) { _ in } }
        }
        expect(.unique, "INSERT INTO t VALUES (1)")
        expect(.foreignKey, "INSERT INTO t VALUES (2, 3)")
        expect(.check, "INSERT INTO t VALUES (0)")
        expect(.check, "SELECT CAST($1 AS INTEGER)", .integer(Int64.max))
        expect(.check, "SELECT CAST($1 AS TEXT)", .text("\0"))
        expect(.tooLong, "SELECT pg_sleep(60)")
        expect(.misuse, "SELEKT 1")
        expect(.misuse, "SELECT CAST($1 AS TEXT)", .integer(1 as Int64))
        expect(.misuse, "SELECT CAST($1 AS TEXT)")
        #expect(try number(connection, "SELECT COUNT(*) FROM t") == 1)
    }

    @Test func errorsQuoteNoRows() throws {
        let connection = try connect()
        try connection.runScript("CREATE TABLE s (secret TEXT PRIMARY KEY)")
        try connection.run("INSERT INTO s VALUES ($1)", .text("hunter2"))
        do throws(StoreError) {
            try connection.run("INSERT INTO s VALUES ($1)", .text("hunter2"))
        } catch {
            #expect(error.code == .unique)
            #expect(!"\(error)".contains("hunter2"))
        }
    }

    @Test func lockedRowIsWaitedForAsLongAsSaid() throws {
        let (first, second) = (try connect(), try connect { $0.lockMillisecondsMax = 50 })
        try makeTable(first)
        try first.run("INSERT INTO t VALUES (1)")
        try first.begin()
        try first.run("UPDATE t SET parent = 1")
        #expect(throws: StoreError(.busy, "")) { try second.run("UPDATE t SET parent = NULL") }
        first.rollBack()
        #expect(try second.run("UPDATE t SET parent = NULL") == 1)
    }

    @Test func deadlockIsAConflict() async throws {
        let isPatient = { (database: inout PostgreSQLDatabase) in
            (database.lockMillisecondsMax, database.statementMillisecondsMax) = (20_000, 20_000)
        }
        let first = try connect(.writer, isPatient)
        // Used by one thread at a time.
        nonisolated(unsafe) let second = try connect(.writer, isPatient)
        try makeTable(first)
        try first.runScript("INSERT INTO t VALUES (1), (2)")
        try first.begin()
        try first.run("UPDATE t SET parent = 1 WHERE id = 1")
        let codes = Monitor<[StoreError.Code]>([])
        let other = WorkerThread(name: "test") {
            do throws(StoreError) {
                try second.begin()
                try second.run("UPDATE t SET parent = 1 WHERE id = 2")
                try second.run("UPDATE t SET parent = 1 WHERE id = 1")
            } catch {
                codes.update { $0.append(error.code) }
            }
            second.rollBack()
        }
        #expect(
            try await eventually {
                try number(
                    try connect(),
                    """
                    SELECT COUNT(*) FROM pg_stat_activity
                    WHERE wait_event_type = 'Lock' AND datname = current_database()
                    """) == 1
            })
        do throws(StoreError) {
            try first.run("UPDATE t SET parent = 1 WHERE id = 2")
        } catch {
            codes.update { $0.append(error.code) }
            #expect(first.metConflict)
        }
        first.rollBack()
        other.join()
        #expect(codes.withLock { $0 } == [.conflict])
    }

    // MARK: Pipeline

    @Test func postedStatementsAreMadeInTheirOrder() throws {
        let connection = try connect()
        try makeTable(connection)
        try connection.begin()
        for id in 1...200 { try connection.post("INSERT INTO t VALUES ($1)", [.integer(Int64(id))]) }
        #expect(try number(connection, "SELECT COUNT(*) FROM t") == 200)
        try connection.post("DELETE FROM t WHERE id > $1", [.integer(10 as Int64)])
        #expect(try connection.commit())
        #expect(try number(connect(), "SELECT COUNT(*) FROM t") == 10)
    }

    @Test func refusedPostIsHeardOfAtTheNextStatement() throws {
        let connection = try connect()
        try makeTable(connection)
        try connection.begin()
        try connection.post("INSERT INTO t VALUES ($1)", [.integer(0 as Int64)])
        #expect(throws: StoreError(.check, "")) { try connection.run("INSERT INTO t VALUES (7)") }
        #expect(connection.hasFailed)
        connection.rollBack()
        #expect(try number(connection, "SELECT COUNT(*) FROM t") == 0)
    }

    @Test func refusedPostIsHeardOfAtTheCommit() throws {
        let connection = try connect()
        try makeTable(connection)
        try connection.begin()
        try connection.run("INSERT INTO t VALUES (7)")
        try connection.post("INSERT INTO t VALUES ($1)", [.integer(7 as Int64)])
        #expect(try !connection.commit())
        connection.rollBack()
        #expect(try number(connection, "SELECT COUNT(*) FROM t") == 0)
        // Waited for, it tells of itself.
        connection.waitsForPosted = true
        #expect(throws: StoreError(.check, "")) { try connection.post("INSERT INTO t VALUES (0)", []) }
    }

    @Test func refusalThatWasOverlookedIsNoCommit() throws {
        let connection = try connect()
        try makeTable(connection)
        try connection.begin()
        try connection.run("INSERT INTO t VALUES (7)")
        _ = try? connection.run("INSERT INTO t VALUES (7)")
        #expect(connection.hasFailed)
        #expect(try !connection.commit())
        #expect(try number(connection, "SELECT COUNT(*) FROM t") == 0)
    }

    // MARK: Reading

    @Test func readerSeesOneStateAndChangesNothing() throws {
        let (reader, writer) = (try connect(.reader), try connect())
        try makeTable(writer)
        try reader.begin()
        #expect(try number(reader, "SELECT COUNT(*) FROM t") == 0)
        try writer.run("INSERT INTO t VALUES (1)")
        #expect(try number(reader, "SELECT COUNT(*) FROM t") == 0)
        reader.endReading()
        try reader.begin()
        #expect(try number(reader, "SELECT COUNT(*) FROM t") == 1)
        #expect(throws: StoreError.self) { try reader.run("DELETE FROM t") }
        reader.endReading()
        try reader.begin()
        #expect(try number(reader, "SELECT COUNT(*) FROM t") == 1)
        reader.endReading()
        #expect(reader.isAlive())
    }

    // MARK: Loss

    /// Ends a session as an operator does.
    private func end(_ pid: Int64) throws -> Bool {
        try number(cluster.administrator(), "SELECT pg_terminate_backend(CAST($1 AS INTEGER), 10000)", .integer(pid))
            == 1
    }

    @Test func endedSessionIsNoticedAndIsNoMisuse() async throws {
        let connection = try connect()
        // Used by one thread at a time.
        nonisolated(unsafe) let idle = try connect(.reader)
        try idle.begin()
        _ = try number(idle, "SELECT 1")
        idle.endReading()
        #expect(try end(number(connection, "SELECT pg_backend_pid()")))
        #expect(throws: StoreError(.unreachable, "")) { try connection.run("SELECT 1") }
        #expect(connection.isBroken && !connection.isAlive())
        #expect(throws: StoreError(.unreachable, "")) { try connection.run("SELECT 1") }
        #expect(try end(number(idle, "SELECT pg_backend_pid()")))
        #expect(try await eventually { !idle.isAlive() })
    }

    @Test func commitWhoseAnswerIsLostIsOfUnknownOutcome() async throws {
        let connection = try connect()
        try makeTable(connection)
        let pid = try number(connection, "SELECT pg_backend_pid()")
        try connection.begin()
        try connection.run("INSERT INTO t VALUES (1)")
        #expect(try end(pid))
        #expect(throws: StoreError(.outcomeUnknown, "")) { try connection.commit() }
    }

    @Test func serverThatIsSilentCostsANamedTime() throws {
        let connection = try connect {
            ($0.statementMillisecondsMax, $0.networkMillisecondsMax) = (500, 500)
        }
        let pid = Int32(try number(connection, "SELECT pg_backend_pid()"))
        kill(pid, SIGSTOP)
        defer { kill(pid, SIGCONT) }
        #expect(throws: StoreError(.unreachable, "")) { try connection.run("SELECT 1") }
        #expect(connection.isBroken)
    }

    @Test func noServerIsUnreachable() throws {
        #expect(throws: StoreError(.unreachable, "")) {
            _ = try PostgreSQLConnection(
                PostgreSQLDatabase(address: "postgresql://u:hunter2@/x?host=/nowhere"), role: .writer)
        }
    }

    @Test(arguments: ["hunter2 = =", "postgresql://u:hunter2@h/x?hunter2"])
    func addressThatIsNoneIsRefusedWithoutQuotingIt(_ address: String) {
        do throws(StoreError) {
            _ = try PostgreSQLDatabase(address: address)
            Issue.record("was taken")
        } catch {
            #expect(error.code == .misuse)
            #expect(!"\(error)".contains("hunter2"))
        }
    }

    @Test func passwordIsNotShown() throws {
        var database = try PostgreSQLDatabase(address: "postgresql://u:hunter2@h/x")
        database.password = SecretBytes("hunter3")
        #expect(!"\(database)".contains("hunter"))
        #expect(!String(reflecting: database).contains("hunter"))
    }

    // MARK: Notifications

    @Test func ownNotificationIsThereWithTheCommit() throws {
        let (writer, listener) = (try connect(), try connect(.listener))
        try writer.begin()
        try writer.post("NOTIFY tms_credentials", [])
        #expect(!writer.takeNotifications())
        #expect(try writer.commit())
        #expect(writer.takeNotifications())
        #expect(!writer.takeNotifications())
        #expect(try listener.waitForNotification(milliseconds: 10_000))
        #expect(try !listener.waitForNotification(milliseconds: 10))
    }
}
