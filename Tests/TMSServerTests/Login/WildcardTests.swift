import TestSupport
import Testing

/// `*` in user hosts means "the account of the user's own name", in delegations "every user of the tenant".
@Suite struct WildcardTests {
    private func addHostWildcard(_ account: Account, minutes: Int = -1) async throws {
        let body = account.body(["tms_user_id": "*", "host": account.host, "host_account": "*"], minutes: minutes)
        let created = try await account.asAdmin("POST", "userhosts", body)
        try #require(created.status == 201, "\(created.text)")
    }

    private func addDelegationWildcard(_ account: Account, minutes: Int = -1) async throws {
        let body = account.body(["client_id": account.client, "client_user_id": "*"], minutes: minutes)
        let created = try await account.asAdmin("POST", "delegations", body)
        try #require(created.status == 201, "\(created.text)")
    }

    @Test func hostWildcardAllowsTheAccountOfTheSameName() async throws {
        let account = try Account(on: try await Servers.shared())
        #expect(try await account.create(["host_account": "\"alice\""]).status == 403)
        try await addHostWildcard(account)
        let key = try await account.createdKey(["host_account": "\"alice\""])
        #expect(try await account.wire.retrieve(key, user: "alice", host: account.host).status == 200)
    }

    @Test(arguments: ["bob", "*", "root", ""])
    func hostWildcardAllowsNoOtherAccount(name: String) async throws {
        let account = try Account(on: try await Servers.shared())
        try await addHostWildcard(account)
        expectRefusal(try await account.create(["host_account": "\"\(name)\""]), 403, "user host record not found")
    }

    @Test func hostWildcardIsForItsHostOnly() async throws {
        let account = try Account(on: try await Servers.shared())
        try await addHostWildcard(account)
        let answer = try await account.create(["host": "\"other\"", "host_account": "\"alice\""])
        expectRefusal(answer, 403, "user host record not found")
    }

    @Test func wildcardIsNoUser() async throws {
        let account = try Account(on: try await Servers.shared())
        try await addHostWildcard(account)
        try await addDelegationWildcard(account)
        let answer = try await account.create(["client_user_id": "\"*\"", "host_account": "\"*\""])
        expectRefusal(answer, 403, "user MFA record not found")
    }

    @Test func expiryOfTheHostWildcardEndsItsKeys() async throws {
        let account = try Account(on: try await Servers.shared())
        try await addHostWildcard(account)
        let key = try await account.createdKey(["host_account": "\"alice\""])
        try account.change("UPDATE user_hosts SET expires_at = 0 WHERE tenant = '{t}' AND tms_user_id = '*'")
        let answer = try await account.wire.retrieve(key, user: "alice", host: account.host)
        expectRefusal(answer, 403, "the user's link to the account on this host has expired")
    }

    @Test func delegationWildcardAllowsEveryUser() async throws {
        let account = try Account(on: try await Servers.shared())
        try account.change("DELETE FROM delegations WHERE tenant = '{t}'")
        #expect(try await account.create().status == 403)
        try await addDelegationWildcard(account)
        let key = try await account.createdKey()
        #expect(try await account.retrieve(key).status == 200)
    }

    @Test func delegationWildcardStandsInForAnExpiredDelegation() async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey()
        try account.change("UPDATE delegations SET expires_at = 0 WHERE tenant = '{t}'")
        #expect(try await account.retrieve(key).status == 403)
        try await addDelegationWildcard(account)
        #expect(try await account.retrieve(key).status == 200)
        #expect(try await account.create().status == 201)
    }

    @Test func expiredDelegationWildcardAllowsNothing() async throws {
        let account = try Account(on: try await Servers.shared())
        try account.change("DELETE FROM delegations WHERE tenant = '{t}'")
        try await addDelegationWildcard(account, minutes: 0)
        expectRefusal(try await account.create(), 403, "delegation record for client")
    }

    /// What an administrator and a client do from a new user to the end of their logins, without a row made by hand.
    @Test func newUserLogsInByWildcardsUntilTheyEnd() async throws {
        let account = try Account(on: try await Servers.shared())
        let mfa = try await account.asAdmin("POST", "usermfa", account.body(["tms_user_id": "carol"], minutes: 60))
        #expect(mfa.status == 201)
        try await addHostWildcard(account)
        try await addDelegationWildcard(account)
        let key = try await account.createdKey(["client_user_id": #""carol""#, "host_account": #""carol""#])
        func login() async throws -> Wire.Answer {
            try await account.wire.retrieve(key, user: "carol", host: account.host)
        }
        #expect(try await login().status == 200)

        let link: KeyValuePairs = ["tms_user_id": "*", "host": account.host, "host_account": "*"]
        let ended = try await account.asAdmin("PATCH", "userhosts/upd", account.body(link, minutes: 0))
        #expect(ended.outcome == Outcome(1, "1 update(s) to tms_user_id * completed"))
        expectRefusal(try await login(), 403, "the user's link to the account on this host has expired")
        let renewed = try await account.asAdmin("PATCH", "userhosts/upd", account.body(link, minutes: -1))
        #expect(renewed["expires_at"] == "9999-12-31T23:59:59.000000+00:00")
        #expect(try await login().status == 200)

        let delegation = account.body(["client_id": account.client, "client_user_id": "*"])
        let deleted = try await account.asAdmin("DELETE", "delegations/del", delegation)
        #expect(deleted.outcome == Outcome(1, "User delegation deleted for user * and client client"))
        expectRefusal(try await login(), 404, "NOT_FOUND")
    }

    @Test func deletionOfTheHostWildcardTakesItsKeysOnly() async throws {
        let account = try Account(on: try await Servers.shared())
        try await addHostWildcard(account)
        let own = try await account.createdKey()
        let byWildcard = try await account.createdKey(["host_account": "\"alice\""])
        let link = account.body(["tms_user_id": "*", "host": account.host, "host_account": "*"])
        let deleted = try await account.asAdmin("DELETE", "userhosts/del", link)
        #expect(
            deleted.outcome == Outcome(1, "User host \(account.host) deleted for user * and account *"))
        #expect(try await account.retrieve(own).status == 200)
        expectRefusal(try await account.wire.retrieve(byWildcard, user: "alice", host: account.host), 404)
    }

    /// Both allow the key and last as long: it is the user's own delegation that it goes with.
    @Test func wildcardOfTheSameExpiryLeavesTheUsersKeysAlone() async throws {
        let account = try Account(on: try await Servers.shared())
        try await addDelegationWildcard(account)
        let key = try await account.createdKey()
        let wildcard = account.body(["client_id": account.client, "client_user_id": "*"])
        #expect(try await account.asAdmin("DELETE", "delegations/del", wildcard).outcome.count == "1")
        #expect(try await account.retrieve(key).status == 200)
    }
}
