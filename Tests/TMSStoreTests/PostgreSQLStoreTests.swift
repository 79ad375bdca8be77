import Foundation
import Primitives
import TMSAPI
import TestSupport
import Testing

@testable import TMSStore

/// What only a database behind a network does: it goes away, comes back, and is used by several servers at once.
@Suite struct PostgreSQLStoreTests {
    private let cluster: PostgreSQLCluster
    private let database: PostgreSQLDatabase
    private let name: String

    init() throws {
        cluster = try PostgreSQLCluster.shared()
        database = try cluster.makeDatabase()
        var name = ""
        try PostgreSQLConnection(database, role: .reader).run("SELECT current_database()", []) { name = $0.text(0) }
        self.name = name
    }

    private func open(_ change: (inout PostgreSQLDatabase) -> Void = { _ in }) throws -> TestStore {
        try TestStore(at: TestDatabase(database)) { configuration in
            configuration.changePostgreSQL { database in
                database.reconnectMilliseconds = 10...50
                database.idleCheckMilliseconds = 50
                change(&database)
            }
        }
    }

    private func number(_ sql: StaticString, _ values: SQLValue...) throws -> Int64 {
        var number: Int64 = -1
        try TestDatabase(database).connect().run(sql, values) { number = $0.integer(0) }
        return number
    }

    /// Ends all sessions of the database, as a restart of the server does.
    private func endSessions() throws {
        try cluster.administrator().run(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = CAST($1 AS TEXT)",
            .text(name))
    }

    /// For a lock.
    private func waitingCount() throws -> Int64 {
        try number(
            "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = CAST($1 AS TEXT)",
            .text(name))
    }

    private func isAnyoneWaiting() throws -> Bool { try waitingCount() > 0 }

    private func endWhoeverWaits() throws {
        try cluster.administrator().run(
            """
            SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
            WHERE wait_event_type = 'Lock' AND datname = CAST($1 AS TEXT)
            """, .text(name))
    }

    private func setConnections(allowed: Bool) throws {
        try cluster.administrator().runScript("ALTER DATABASE \(name) ALLOW_CONNECTIONS \(allowed)")
        if !allowed { try endSessions() }
    }

    /// Whether a read and a write are answered before they return.
    private func refusesAtOnce(_ test: TestStore) async -> Bool {
        await test.onLoop { lane, continuation in
            var refusals: [APIError] = []
            lane.read(as: TestStore.caller) { _ throws(APIError) in
            } then: {
                if case .failure(let error) = $0 { refusals.append(error) }
            }
            lane.write(as: TestStore.caller) { _ throws(APIError) in
            } then: {
                if case .failure(let error) = $0 { refusals.append(error) }
            }
            continuation.resume(returning: refusals.count == 2 && refusals.allSatisfy { $0.code == .unavailable })
        }
    }

    // MARK: Loss

    @Test func databaseThatIsAwayRefusesAtOnceAndComesBack() async throws {
        let test = try open()
        try await test.fill()
        try setConnections(allowed: false)
        #expect(try await eventually { await refusesAtOnce(test) })
        #expect(test.store.refusalOfWrites(of: TestStore.caller)?.code == .unavailable)
        try setConnections(allowed: true)
        #expect(try await eventually { (try? await test.insertKey(1)) != nil })
        #expect(
            try await eventually {
                (try? await test.read { transaction throws(APIError) in try transaction.findKey(1) }) != nil
            })
        #expect(try test.count("SELECT COUNT(*) FROM pubkeys") == 1)
    }

    @Test func endedSessionsCostNobodyAnAnswer() async throws {
        let test = try open()
        try await test.fill()
        for round in 1...3 {
            try endSessions()
            try await test.insertKey(round)
            #expect(
                try await test.read { transaction throws(APIError) in try transaction.findKey(round) } != nil)
        }
        #expect(try test.count("SELECT COUNT(*) FROM pubkeys") == 3)
    }

    /// Until the COMMIT is sent nothing has been made, and it can be made again.
    @Test func sessionThatEndsInTheMiddleOfABatchIsReplaced() async throws {
        let test = try open()
        try await test.fill()
        let hold = try test.database.holdWrites()
        let write = Task {
            try await test.write { transaction throws(APIError) in
                try transaction.setTenant("t", enabled: false)
            }
        }
        #expect(try await eventually { try isAnyoneWaiting() })
        try endWhoeverWaits()
        try hold.runScript("COMMIT")
        #expect(try await write.value)
        #expect(try test.count("SELECT COUNT(*) FROM tenants WHERE enabled") == 0)
    }

    @Test func sessionThatEndsInTheCommitSaysThatTheOutcomeIsUnknown() async throws {
        let test = try open { $0.writers = 1 }
        try await test.fill()
        // The second time its statements are prepared, so that the last ones are posted and go with the COMMIT.
        try await test.insertKey(0)
        let hold = try test.database.holdWrites()
        let write = Task { try await test.insertKey(1) }
        #expect(try await eventually { try isAnyoneWaiting() })
        try endWhoeverWaits()
        try hold.runScript("COMMIT")
        let result = await write.result
        #expect(throws: APIError(.unavailable, "")) { try result.get() }
        if case .failure(let error as APIError) = result { #expect(error.message.contains("look whether it was made")) }
        try await test.insertKey(2)
    }

    // MARK: Several servers

    @Test func deadlockIsRunAgain() async throws {
        let (first, second) = (try open(), try open())
        let holding = Monitor(0)
        @Sendable func locks(_ names: [String]) -> @Sendable (Transaction) throws(APIError) -> Bool {
            { transaction throws(APIError) in
                try transaction.lock(names[0])
                holding.update { $0 += 1 }
                _ = holding.wait { $0 >= 2 ? true : nil }
                try transaction.lock(names[1])
                return try transaction.insertTenant(names[0])
            }
        }
        let one = Task { try await first.write(locks(["a", "b"])) }
        let two = Task { try await second.write(locks(["b", "a"])) }
        #expect(try await one.value)
        #expect(try await two.value)
        #expect(holding.withLock { $0 } == 3)
        #expect(try number("SELECT COUNT(*) FROM tenants") == 2)
    }

    @Test func oneOfTwoAdministratorsStaysWhoeverRemovesThem() async throws {
        let servers = [try open(), try open()]
        for round in 0..<10 {
            try await servers[0].write { transaction throws(APIError) in
                _ = try transaction.insertTenant("t\(round)")
                for id in ["a", "b"] {
                    _ = try transaction.insertAdmin(tenant: "t\(round)", adminID: id, secretHash: "00")
                }
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (server, id) in zip(servers, ["a", "b"]) {
                    group.addTask {
                        _ = try await server.write { transaction throws(APIError) in
                            try transaction.deleteAdmin(tenant: "t\(round)", adminID: id)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        #expect(try number("SELECT COUNT(*) FROM admin") == 10)
    }

    @Test func usesAreTakenOnceByTwoServers() async throws {
        let servers = [try open(), try open()]
        try await servers[0].fill()
        try await servers[0].insertKey(1, uses: 50)
        let taken = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<120 {
                group.addTask {
                    try await servers[number % 2].write { transaction throws(APIError) in
                        try transaction.takeUse(
                            pubkey: 1, connection: "\(number)", ticketExpiresAt: transaction.now.adding(seconds: 60))
                    }
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(taken == 50)
        #expect(try number("SELECT remaining_uses FROM pubkeys") == 0)
        #expect(try number("SELECT COUNT(*) FROM login_tickets") == 50)
    }

    /// sshd asks twice, and a host may ask two servers: both find no ticket, and one waits for the other's row.
    @Test func questionsOfOneConnectionToTwoServersAreOneUse() async throws {
        let test = try open { $0.lockMillisecondsMax = 2_000 }
        try await test.fill()
        try await test.insertKey(1, uses: 5)
        let other = try test.database.connect()
        try other.runScript(
            """
            BEGIN; UPDATE pubkeys SET remaining_uses = 4;
            INSERT INTO login_tickets (pubkey_id, connection, expires_at) VALUES (1, 'c', now() + interval '1 hour')
            """)
        let runs = Monitor(0)
        let use = Task {
            try await test.write { transaction throws(APIError) in
                runs.update { $0 += 1 }
                if try transaction.hasLoginTicket(pubkey: 1, connection: "c") { return true }
                return try transaction.takeUse(
                    pubkey: 1, connection: "c", ticketExpiresAt: transaction.now.adding(seconds: 60))
            }
        }
        // The first time it has waited in vain; the second time the row comes, and with it the other's ticket.
        #expect(try await eventually { try runs.withLock { $0 } == 2 && isAnyoneWaiting() })
        try other.runScript("COMMIT")
        #expect(try await use.value)
        #expect(runs.withLock { $0 } == 3)
        #expect(try number("SELECT remaining_uses FROM pubkeys") == 4)
    }

    /// A purge finds the key, waits for whoever is extending it, and then looks again.
    @Test(arguments: ["pubkeys", "reservations"]) func whatIsExtendedWhileItIsPurgedStays(_ table: String) async throws
    {
        let test = try open()
        try await test.fill()
        try await test.insertKey(1)
        try test.database.change(
            """
            UPDATE pubkeys SET expires_at = {{past}};
            INSERT INTO reservations (resid, parent_resid, tenant, client_id, client_user_id, host,
                public_key_fingerprint, expires_at, created, updated, user_mfa_id, pubkey_id)
            SELECT 'r', 'r', tenant, client_id, client_user_id, host, public_key_fingerprint, {{past}}, {{past}},
                {{past}}, user_mfa_id, id FROM pubkeys WHERE '\(table)' = 'reservations';
            """)
        let other = try test.database.connect()
        try other.runScript("BEGIN; UPDATE \(table) SET expires_at = now() + interval '1 hour'")
        let purge = Task {
            try await test.write { transaction throws(APIError) in
                let now = transaction.now
                return try table == "pubkeys"
                    ? transaction.deleteExpiredPubkeys(tenant: "t", before: now, countMax: 10)
                    : transaction.deleteExpiredReservations(tenant: "t", before: now, countMax: 10)
            }
        }
        #expect(try await eventually { try isAnyoneWaiting() })
        try other.runScript("COMMIT")
        #expect(try await purge.value == 0)
        #expect(try number("SELECT COUNT(*) FROM pubkeys") == 1)
        #expect(try number("SELECT COUNT(*) FROM reservations") == (table == "pubkeys" ? 0 : 1))
    }

    @Test func changeOfCredentialsIsHeardOfByOtherServers() async throws {
        let (first, second) = (try open(), try open())
        try await first.fill()
        let before = try await second.settledCredentialsVersion()
        _ = try await first.write { transaction throws(APIError) in try transaction.setTenant("t", enabled: false) }
        #expect(try await eventually { second.store.credentialsVersion > before })
    }

    @Test func nothingIsRememberedForLongWhileNobodyCanTellOfChanges() async throws {
        let test = try open { $0.credentialAgeMilliseconds = 50 }
        try setConnections(allowed: false)
        let before = test.store.credentialsVersion
        #expect(try await eventually { test.store.credentialsVersion >= before + 5 })
        try setConnections(allowed: true)
    }

    /// Though the session has seen, before it waited, that there was no schema.
    @Test func migrationThatWaitedFindsWhatWasDoneMeanwhile() async throws {
        let empty = TestDatabase(database)
        let holder = try empty.connect()
        try holder.runScript(holder.dialect.migrationBegin)
        let results = Monitor<[Int: Result<[Int], any Error>]>([:])
        // Each migrates when the one before waits.
        for number in 1...2 {
            _ = WorkerThread(name: "migrate-\(number)") {
                let result = Result {
                    let connection = try empty.connect()
                    #expect(try Migrator.plan(for: connection).version == 0)
                    return try Migrator.migrate(connection, now: .now).steps.map(\.version)
                }
                results.update { $0[number] = result }
            }
            #expect(try await eventually { try waitingCount() == number })
        }
        try holder.runScript("ROLLBACK")
        #expect(try await eventually { results.withLock { $0.count == 2 } })
        let steps = try results.withLock { try $0.mapValues { try $0.get() } }
        #expect(steps == [1: Array(1...MigrationPlan.programVersion), 2: []])
    }

    // MARK: Limits

    @Test func readBeyondThoseWaitingIsRefusedAndLoginsHavePlacesOfTheirOwn() async throws {
        let test = try open {
            $0.readers = 1
            $0.readQueueMax = 2
        }
        let (isOpen, hasBegun, finished) = (Monitor(false), Monitor(false), Tally())
        let order = Monitor<[String]>([])
        let _: Bool = await test.onLoop { lane, continuation in
            lane.read(as: TestStore.caller) { _ throws(APIError) in
                hasBegun.update { $0 = true }
                return isOpen.wait { $0 ? true : nil }
            } then: { _ in
                finished.add()
            }
            continuation.resume(returning: true)
        }
        #expect(try await eventually { hasBegun.withLock { $0 } })
        let refused: [Bool] = await test.onLoop { lane, continuation in
            var refused: [Bool] = []
            for isLogin in [false, false, false, true, true, true] {
                var isRefused = false
                lane.read(as: TestStore.caller, isLogin: isLogin) { _ throws(APIError) in
                    order.update { $0.append(isLogin ? "login" : "other") }
                } then: { result in
                    if case .failure = result { isRefused = true }
                    finished.add()
                }
                refused.append(isRefused)
            }
            continuation.resume(returning: refused)
        }
        #expect(refused == [false, false, true, false, false, true])
        isOpen.update { $0 = true }
        #expect(try await eventually { finished.count == 7 })
        #expect(order.withLock { $0 } == ["login", "login", "other", "other"])
    }

    @Test(.timeLimit(.minutes(1))) func readThatNobodyWaitsForAnyMoreIsNotMade() async throws {
        let test = try open { $0.readers = 1 }
        let (isOpen, hasBegun, read) = (Monitor(false), Monitor(false), Tally())
        let answers = Monitor<[APIError?]>([])
        let deadline = Deadline(seconds: 1)
        let _: Bool = await test.onLoop { lane, continuation in
            lane.read(as: TestStore.caller) { _ throws(APIError) in
                hasBegun.update { $0 = true }
                return isOpen.wait { $0 ? true : nil }
            } then: { _ in
            }
            continuation.resume(returning: true)
        }
        #expect(try await eventually { hasBegun.withLock { $0 } })
        let _: Bool = await test.onLoop { lane, continuation in
            let reads: [(Bool, Deadline)] = [
                (false, deadline), (false, .none), (true, deadline), (true, .none), (true, deadline),
            ]
            for (isLogin, until) in reads {
                lane.read(as: TestStore.caller, isLogin: isLogin, until: until, ()) { _, _ throws(APIError) in
                    read.add()
                } then: { result in
                    answers.update { $0.append(result.failure) }
                }
            }
            continuation.resume(returning: true)
        }
        #expect(try await eventually { deadline.hasPassed() })
        isOpen.update { $0 = true }
        #expect(try await eventually { answers.withLock { $0.count == 5 } })
        #expect(read.count == 2)
        #expect(answers.withLock { $0.count { $0?.limit == .deadline } } == 3)
    }

    /// They can stand in the tables of the reference, which an administrator may have changed by hand.
    @Test func timesThatNobodyCanWriteAreReadAsTheNearestThatCanBe() async throws {
        let test = try open()
        try await test.fill()
        try await test.insertKey(1)
        try test.database.change(
            """
            UPDATE pubkeys SET expires_at = 'infinity'; UPDATE user_mfa SET expires_at = '-infinity';
            UPDATE user_hosts SET expires_at = '0044-03-15 00:00 BC'; UPDATE delegations SET expires_at = '20000-01-01';
            """)
        let found = try await test.read { transaction throws(APIError) in try transaction.findKey(1) }
        let key = try #require(found)
        #expect("\(key.expiresAt)" == "9999-12-31T23:59:59.000000+00:00")
        #expect("\(key.mfaExpiresAt)" == "0000-01-01T00:00:00.000000+00:00")
        #expect("\(key.userHostExpiresAt)" == "0000-01-01T00:00:00.000000+00:00")
        #expect("\(key.delegationExpiresAt)" == "9999-12-31T23:59:59.000000+00:00")
    }

    @Test func attemptsToConnectKeepAGrowingDistance() {
        var backOff = BackOff(milliseconds: 100...1000)
        #expect(!backOff.isInUse)
        for longest in [100, 200, 400, 800, 1000, 1000] { #expect((longest / 2...longest).contains(backOff.next())) }
        for _ in 0..<100 { #expect((500...1000).contains(backOff.next())) }
        backOff.reset()
        #expect((50...100).contains(backOff.next()))
    }
}
