import TestSupport
import Testing

/// `*` in user hosts means "the account of the user's own name", in delegations "every user of the tenant".
@Suite struct WildcardTests {
    private func addHostWildcard(_ account: Account, expiresAt: Int64 = Account.never) throws {
        try account.change(
            """
            INSERT INTO user_hosts (tenant, tms_user_id, host, host_account, expires_at, created, updated)
            VALUES ('{t}', '*', '\(account.host)', '*', \(expiresAt), 0, 0)
            """)
    }

    private func addDelegationWildcard(_ account: Account, expiresAt: Int64 = Account.never) throws {
        try account.change(
            """
            INSERT INTO delegations (tenant, client_id, client_user_id, expires_at, created, updated, client_row_id)
            SELECT tenant, client_id, '*', \(expiresAt), 0, 0, id FROM clients WHERE tenant = '{t}'
            """)
    }

    @Test func hostWildcardAllowsTheAccountOfTheSameName() async throws {
        let account = try Account(on: try await Servers.shared())
        #expect(try await account.create(["host_account": "\"alice\""]).status == 403)
        try addHostWildcard(account)
        let key = try await account.createdKey(["host_account": "\"alice\""])
        #expect(try await account.wire.retrieve(key, user: "alice", host: account.host).status == 200)
    }

    @Test(arguments: ["bob", "*", "root", ""])
    func hostWildcardAllowsNoOtherAccount(name: String) async throws {
        let account = try Account(on: try await Servers.shared())
        try addHostWildcard(account)
        expectRefusal(try await account.create(["host_account": "\"\(name)\""]), 403, "user host record not found")
    }

    @Test func hostWildcardIsForItsHostOnly() async throws {
        let account = try Account(on: try await Servers.shared())
        try addHostWildcard(account)
        let answer = try await account.create(["host": "\"other\"", "host_account": "\"alice\""])
        expectRefusal(answer, 403, "user host record not found")
    }

    @Test func wildcardIsNoUser() async throws {
        let account = try Account(on: try await Servers.shared())
        try addHostWildcard(account)
        try addDelegationWildcard(account)
        let answer = try await account.create(["client_user_id": "\"*\"", "host_account": "\"*\""])
        expectRefusal(answer, 403, "user MFA record not found")
    }

    @Test func expiryOfTheHostWildcardEndsItsKeys() async throws {
        let account = try Account(on: try await Servers.shared())
        try addHostWildcard(account)
        let key = try await account.createdKey(["host_account": "\"alice\""])
        try account.change("UPDATE user_hosts SET expires_at = 0 WHERE tenant = '{t}' AND tms_user_id = '*'")
        let answer = try await account.wire.retrieve(key, user: "alice", host: account.host)
        expectRefusal(answer, 403, "the user's link to the account on this host has expired")
    }

    @Test func delegationWildcardAllowsEveryUser() async throws {
        let account = try Account(on: try await Servers.shared())
        try account.change("DELETE FROM delegations WHERE tenant = '{t}'")
        #expect(try await account.create().status == 403)
        try addDelegationWildcard(account)
        let key = try await account.createdKey()
        #expect(try await account.retrieve(key).status == 200)
    }

    @Test func delegationWildcardStandsInForAnExpiredDelegation() async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey()
        try account.change("UPDATE delegations SET expires_at = 0 WHERE tenant = '{t}'")
        #expect(try await account.retrieve(key).status == 403)
        try addDelegationWildcard(account)
        #expect(try await account.retrieve(key).status == 200)
        #expect(try await account.create().status == 201)
    }

    @Test func expiredDelegationWildcardAllowsNothing() async throws {
        let account = try Account(on: try await Servers.shared())
        try account.change("DELETE FROM delegations WHERE tenant = '{t}'")
        try addDelegationWildcard(account, expiresAt: 0)
        expectRefusal(try await account.create(), 403, "delegation record for client")
    }
}
