import TMSAPI
import TMSStore
import TestSupport
import Testing

@Suite struct PubkeyTableTests {
    @Test(
        arguments: [
            "DELETE FROM user_mfa", "DELETE FROM clients", "DELETE FROM user_hosts", "DELETE FROM delegations",
        ])
    func keyGoesWithWhatAllowedIt(_ deletion: String) async throws {
        let test = try TestStore()
        try await test.fill()
        try await test.insertKey(1)
        try test.foreignConnection().runScript(deletion)
        #expect(try test.count("SELECT COUNT(*) FROM pubkeys") == 0)
    }

    @Test func tenantStaysWhileAnythingRefersToIt() async throws {
        let test = try TestStore()
        try await test.fill()
        #expect(throws: StoreError(.foreignKey, "")) {
            try test.foreignConnection().run("DELETE FROM tenants")
        }
    }

    @Test func lookupReadsOnlyByIndex() async throws {
        let test = try TestStore()
        try await test.fill()
        var plan: [String] = []
        try test.foreignConnection().run(
            """
            EXPLAIN QUERY PLAN
            SELECT k.id, t.enabled, c.enabled, m.enabled, h.expires_at, d.expires_at
            FROM pubkeys k
            JOIN tenants t ON t.tenant = k.tenant
            JOIN user_mfa m ON m.id = k.user_mfa_id
            JOIN user_hosts h ON h.id = k.user_host_id
            JOIN delegations d ON d.id = k.delegation_id
            JOIN clients c ON c.id = d.client_row_id
            WHERE k.public_key_fingerprint = $1 AND k.host = $2 AND k.host_account = $3
            """, [.text(""), .text(""), .text("")]
        ) { plan.append($0.text(3)) }
        #expect(plan.count == 6)
        #expect(plan.allSatisfy { $0.hasPrefix("SEARCH") }, "\(plan)")
        #expect(plan.first?.contains("public_key_fingerprint=? AND host=?") == true, "\(plan)")
    }

    @Test func lastUseIsTakenOnce() async throws {
        let test = try TestStore()
        try await test.fill()
        try await test.insertKey(1, uses: 5)
        let taken = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<20 {
                group.addTask {
                    try await test.write { transaction throws(APIError) in
                        try transaction.takeUse(
                            pubkey: 1, connection: "\(number)", ticketExpiresAt: transaction.now.adding(seconds: 60))
                    }
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(taken == 5)
        #expect(try test.count("SELECT remaining_uses FROM pubkeys") == 0)
        #expect(try test.count("SELECT COUNT(*) FROM login_tickets") == 5)
    }

    @Test func ticketsEnd() async throws {
        let test = try TestStore()
        try await test.fill()
        try await test.insertKey(1, uses: 5)
        let (fresh, past) = try await test.write { transaction throws(APIError) in
            _ = try transaction.takeUse(
                pubkey: 1, connection: "old", ticketExpiresAt: transaction.now.adding(seconds: -1))
            _ = try transaction.takeUse(
                pubkey: 1, connection: "new", ticketExpiresAt: transaction.now.adding(seconds: 60))
            return (
                try transaction.hasLoginTicket(pubkey: 1, connection: "new"),
                try transaction.hasLoginTicket(pubkey: 1, connection: "old")
            )
        }
        #expect(fresh)
        #expect(!past)
        #expect(try test.count("SELECT COUNT(*) FROM login_tickets") == 1)
    }

    @Test func wildcardsMatchAsDocumented() async throws {
        let test = try TestStore()
        try await test.fill()
        try test.foreignConnection().runScript(
            """
            INSERT INTO user_hosts (tenant, tms_user_id, host, host_account, expires_at, created, updated)
            VALUES ('t', '*', 'shared', '*', 9000000000000000, 0, 0);
            INSERT INTO clients (tenant, app_name, app_version, client_id, client_secret, enabled, created, updated)
            VALUES ('t', 'app2', '1', 'c2', '', 1, 0, 0);
            INSERT INTO delegations
                (tenant, client_id, client_user_id, expires_at, created, updated, client_row_id)
            VALUES ('t', 'c2', '*', 9000000000000000, 0, 0, 2);
            """)
        let found = try await test.read { transaction throws(APIError) in
            [
                try transaction.userHost(tenant: "t", userID: "u", host: "shared", account: "u") != nil,
                try transaction.userHost(tenant: "t", userID: "u", host: "shared", account: "root") != nil,
                try transaction.userHost(tenant: "t", userID: "u", host: "h", account: "u") != nil,
                try transaction.delegation(tenant: "t", clientID: "c2", userID: "anybody") != nil,
                try transaction.delegation(tenant: "t", clientID: "c", userID: "anybody") != nil,
            ]
        }
        #expect(found == [true, false, false, true, false])
    }
}
