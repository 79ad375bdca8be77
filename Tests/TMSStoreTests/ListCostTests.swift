import TMSAPI
import TMSStore
import TestSupport
import Testing

/// A page of a list costs what its rows cost, wherever it begins: counted in steps of SQLite's virtual machine.
@Suite struct ListCostTests {
    private static let limit: Int32 = 100

    /// Of 9,000 keys, 4,000 have the same texts, 2,000 differ by user, and 3,000 belong to other clients.
    private func filled() async throws -> TestStore {
        let test = try TestStore.inFile()
        try await test.fill()
        try test.foreignConnection().runScript(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9000)
            INSERT INTO pubkeys
                (tenant, client_id, client_user_id, host, host_account, public_key_fingerprint, public_key, key_type,
                 key_bits, max_uses, remaining_uses, initial_ttl_minutes, expires_at, created, updated, user_mfa_id,
                 user_host_id, delegation_id)
            SELECT 't', CASE WHEN i <= 6000 THEN 'c' WHEN i <= 7500 THEN 'b' ELSE 'd' END,
                CASE WHEN i <= 4000 THEN 'u' ELSE 'v' || i END, 'h', 'a', 'SHA256:' || i, 'ssh-ed25519 A', 'ed25519',
                256, 1, 1, 1, 9000000000000000, 0, 0, 1, 1, 1
            FROM n;
            INSERT INTO reservations
                (resid, parent_resid, tenant, client_id, client_user_id, host, public_key_fingerprint, expires_at,
                 created, updated, user_mfa_id, pubkey_id)
            SELECT 'r' || id, CASE WHEN id % 1000 = 0 THEN 'r1' ELSE 'r' || id END, tenant, client_id, client_user_id,
                host, public_key_fingerprint, expires_at, 0, 0, 1, id
            FROM pubkeys;
            """)
        return test
    }

    /// The steps that each page of a list takes, and how many rows the pages have in all.
    private func pages<Row: ListedRow>(
        _ test: TestStore, read: (Transaction, PageRequest) throws -> Page<Row>
    ) throws -> (steps: [Int], rows: [Row]) {
        let connection = try test.foreignConnection()
        let transaction = test.transaction(on: connection)
        var (request, steps, rows): (PageRequest, [Int], [Row]) = (PageRequest(), [], [])
        request.limit = PageLimit(Self.limit)
        while true {
            let before = connection.steps
            let page = try read(transaction, request)
            steps.append(connection.steps - before)
            rows += page.rows
            guard let next = page.next else { break }
            request.after = next
        }
        #expect(connection.rowsScanned == 0)
        return (steps, rows)
    }

    /// A row takes some thirty steps; a walk over the 4,000 equal ones before a page would take 100,000.
    private func expectEqualCost(_ steps: [Int], sourceLocation: SourceLocation = #_sourceLocation) {
        let most = steps.max() ?? 0
        #expect(steps[0] > 1_000 && most <= steps[0] * 3 / 2, "\(steps)", sourceLocation: sourceLocation)
    }

    @Test(arguments: ["c", nil])
    func pubkeysCostTheSameOnEveryPage(clientID: String?) async throws {
        let test = try await filled()
        let (steps, rows) = try pages(test) { transaction, request in
            var list = ListPubkeys()
            (list.page, list.clientID) = (request, clientID)
            return try transaction.pubkeys(tenant: "t", list)
        }
        #expect(rows.count == (clientID == nil ? 9_000 : 6_000))
        #expect(Set(rows.map(\.id)).count == rows.count)
        expectEqualCost(steps)
    }

    @Test func keysOfAUserAreFoundWithoutTheOthers() async throws {
        let test = try await filled()
        let (steps, rows) = try pages(test) { transaction, request in
            var list = ListPubkeys()
            (list.page, list.clientID, list.userID) = (request, "c", "v6000")
            return try transaction.pubkeys(tenant: "t", list)
        }
        #expect(rows.map(\.userID) == ["v6000"])
        #expect(steps[0] < 200, "\(steps)")
    }

    @Test(arguments: ["c", nil])
    func reservationsCostTheSameOnEveryPage(clientID: String?) async throws {
        let test = try await filled()
        let (steps, rows) = try pages(test) { transaction, request in
            var list = ListReservations()
            (list.page, list.clientID) = (request, clientID)
            return try transaction.reservations(tenant: "t", list)
        }
        #expect(rows.count == (clientID == nil ? 9_000 : 6_000))
        #expect(Set(rows.map(\.id)).count == rows.count)
        expectEqualCost(steps)
    }

    @Test func singleReservationsAreFoundWithoutTheOthers() async throws {
        let test = try await filled()
        let connection = try test.foreignConnection()
        let transaction = test.transaction(on: connection)
        #expect(try transaction.reservation(tenant: "t", clientID: "c", id: "r5000") != nil)
        #expect(try transaction.liveReservations(pubkey: 5000) == 1)
        #expect(try transaction.deleteReservation(tenant: "t", clientID: "c", id: "r5001") == 1)
        // r1 itself, and every thousandth of the client's 6,000.
        #expect(try transaction.deleteReservations(tenant: "t", clientID: "c", relatedTo: "r1") == 7)
        #expect(connection.rowsScanned == 0)
        #expect(connection.steps < 2_000, "\(connection.steps)")
    }

    /// Expired reservations stay until they are purged; logins and new reservations do not walk over them.
    @Test func expiredReservationsCostNothing() async throws {
        let test = try await filled()
        try test.foreignConnection().runScript("UPDATE reservations SET expires_at = 0, pubkey_id = 1")
        let connection = try test.foreignConnection()
        let transaction = test.transaction(on: connection)
        #expect(try !transaction.hasLiveReservation(pubkey: 1, userID: "u"))
        #expect(try transaction.liveReservations(pubkey: 1) == 0)
        #expect(connection.steps < 100, "\(connection.steps)")
    }
}
