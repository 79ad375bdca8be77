import TMSAPI
import TMSStore
import TestSupport
import Testing

@Suite struct PubkeyTableTests {
    @Test(
        arguments: [
            "DELETE FROM user_mfa", "DELETE FROM clients", "DELETE FROM user_hosts", "DELETE FROM delegations",
        ], Backend.all)
    func keyGoesWithWhatAllowedIt(_ deletion: String, on backend: Backend) async throws {
        let test = try TestStore(on: backend)
        try await test.fill()
        try await test.insertKey(1)
        try test.database.change(deletion)
        #expect(try test.count("SELECT COUNT(*) FROM pubkeys") == 0)
    }

    @Test(arguments: Backend.all) func tenantStaysWhileAnythingRefersToIt(on backend: Backend) async throws {
        let test = try TestStore(on: backend)
        try await test.fill()
        #expect(throws: StoreError(.foreignKey, "")) {
            try test.database.connect().run("DELETE FROM tenants")
        }
    }

    @Test func lookupReadsOnlyByIndex() async throws {
        let test = try TestStore.inFile()
        try await test.fill()
        for number in 1...20 { try await test.insertKey(number) }
        let connection = try test.foreignConnection()
        #expect(try test.transaction(on: connection).findKey(13) != nil)
        #expect(connection.rowsScanned == 0)
        // The measure itself: this statement has no index.
        try connection.run("SELECT 1 FROM pubkeys WHERE key_type = 'rsa'")
        #expect(connection.rowsScanned > 10)
    }

    @Test(arguments: Backend.all) func lastUseIsTakenOnce(on backend: Backend) async throws {
        let test = try TestStore(on: backend)
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

    @Test(arguments: Backend.all) func ticketsEnd(on backend: Backend) async throws {
        let test = try TestStore(on: backend)
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

    @Test(arguments: Backend.all) func wildcardsMatchAsDocumented(on backend: Backend) async throws {
        let test = try TestStore(on: backend)
        try await test.fill()
        try test.database.change(
            """
            INSERT INTO user_hosts (tenant, tms_user_id, host, host_account, expires_at, created, updated)
            VALUES ('t', '*', 'shared', '*', {{future}}, {{past}}, {{past}});
            INSERT INTO clients (tenant, app_name, app_version, client_id, client_secret, enabled, created, updated)
            VALUES ('t', 'app2', '1', 'c2', '', TRUE, {{past}}, {{past}});
            INSERT INTO delegations
                (tenant, client_id, client_user_id, expires_at, created, updated, client_row_id)
            VALUES ('t', 'c2', '*', {{future}}, {{past}}, {{past}}, 2);
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
