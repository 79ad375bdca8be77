import TMSAPI
import TestSupport
import Testing

/// A login host may call itself by an alias of the host that its keys were made for.
@Suite struct AliasTests {
    private static let alias = "login"

    private func addAlias(_ account: Account, _ alias: String = alias, of host: String? = nil) async throws {
        let body = account.body(["alias": alias, "host": host ?? account.host])
        let created = try await account.asAdmin("POST", "hosts/aliases", body)
        try #require(created.status == 201, "\(created.text)")
    }

    private func login(
        _ account: Account, _ key: String, user: String? = nil, at host: String = alias, connection: String? = nil
    ) async throws -> Wire.Answer {
        try await account.wire.retrieve(key, user: user ?? account.account, host: host, connection: connection)
    }

    @Test func keyIsFoundByAnyAliasOfItsHostAndByTheHost() async throws {
        let account = try Account(on: try await Servers.shared())
        let created = try await account.create()
        let key = try #require(created["public_key_fingerprint"])
        expectRefusal(try await login(account, key), 404, "NOT_FOUND")
        try await addAlias(account)
        try await addAlias(account, "login.cluster")
        for host in [Self.alias, "login.cluster", account.host] {
            let answer = try await login(account, key, at: host)
            #expect(answer.status == 200)
            #expect(answer["public_key"] == created["public_key"])
        }
    }

    @Test func deletedAliasFindsNothing() async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey()
        try await addAlias(account)
        #expect(try await login(account, key).status == 200)
        let deleted = try await account.asAdmin(
            "DELETE", "hosts/aliases/del", account.body(["alias": Self.alias]))
        #expect(deleted.outcome.count == "1")
        expectRefusal(try await login(account, key), 404, "NOT_FOUND")
        #expect(try await account.retrieve(key).status == 200)
    }

    @Test func aliasOpensNoOtherAccountAndNoOtherHost() async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey()
        try await addAlias(account)
        try await addAlias(account, "elsewhere", of: "other.example.org")
        expectRefusal(try await login(account, key, user: "root"), 404)
        expectRefusal(try await login(account, key, at: "elsewhere"), 404)
        // An alias is a name of the host, not of another alias.
        try await addAlias(account, "nickname", of: Self.alias)
        expectRefusal(try await login(account, key, at: "nickname"), 404)
    }

    @Test func aliasOfAnotherTenantFindsNothing() async throws {
        let server = try await Servers.shared()
        let (account, other) = (try Account(on: server), try Account(on: server))
        let key = try await account.createdKey()
        try await addAlias(other, of: account.host)
        expectRefusal(try await login(account, key), 404, "NOT_FOUND")
    }

    @Test func usesUnderAnAliasAreTheUsesOfTheKey() async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey(["num_uses": "2"])
        try await addAlias(account)
        #expect(try await login(account, key, connection: "first").status == 200)
        #expect(try await login(account, key, connection: "first").status == 200)
        #expect(try account.number("SELECT remaining_uses FROM pubkeys WHERE tenant = $1") == 1)
        // The ticket is the key's, whatever its host is called.
        #expect(try await login(account, key, at: account.host, connection: "first").status == 200)
        #expect(try account.number("SELECT remaining_uses FROM pubkeys WHERE tenant = $1") == 1)
        #expect(try await login(account, key, at: account.host, connection: "second").status == 200)
        expectRefusal(try await login(account, key, connection: "third"), 403, "the key has no uses left")
        #expect(try await login(account, key, connection: "second").status == 200)
    }

    @Test(arguments: EnforcementTests.cases)
    func loginUnderAnAliasIsRefusedForTheSameReasons(refusal: EnforcementTests.Case) async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey()
        try await addAlias(account)
        try account.change(refusal.sql)
        expectRefusal(try await login(account, key), 403, "Key refused: \(refusal.reason).")
    }

    @Test func reservationCountsUnderAnAlias() async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey(["ttl_minutes": "0"])
        try await addAlias(account)
        expectRefusal(try await login(account, key), 403, "the key has expired")
        try account.reserveKeys()
        #expect(try await login(account, key).status == 200)
    }

    /// The link that let the key be made has expired, another of the key's host is in force: the alias has none.
    @Test func wildcardOfTheKeysHostCountsUnderAnAlias() async throws {
        let account = try Account(on: try await Servers.shared())
        try await account.addUser("bob")
        let key = try await account.createdKey(["client_user_id": #""bob""#, "host_account": #""bob""#])
        try await addAlias(account)
        try account.change("UPDATE user_hosts SET expires_at = 0 WHERE tenant = '{t}'")
        expectRefusal(try await login(account, key, user: "bob"), 403, "link to the account on this host has expired")
        let wildcard = account.body(["tms_user_id": "*", "host": account.host, "host_account": "*"], minutes: -1)
        #expect(try await account.asAdmin("POST", "userhosts", wildcard).status == 201)
        #expect(try await login(account, key, user: "bob").status == 200)
    }

    @Test func keyOfTheHostThatIsReallyCalledSoComesFirst() async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey(["ttl_minutes": "0"])
        try await addAlias(account, "second.example.org")
        // The same key, registered for a host whose name is the alias of the first.
        try account.copyKey(to: "second.example.org")
        try account.change(
            "UPDATE pubkeys SET expires_at = \(Account.never) WHERE tenant = '{t}' AND host LIKE 'second%'")
        #expect(try await login(account, key, at: "second.example.org").status == 200)
        expectRefusal(try await login(account, key, at: account.host), 403, "the key has expired")
    }

    /// The same public key of two tenants whose hosts share an alias: the one's refusal is not the other's.
    @Test func expiredKeyOfAnotherTenantDoesNotKeepOutTheAlias() async throws {
        let server = try await Servers.shared()
        let (first, second) = (try Account(on: server), try Account(on: server))
        let key = try await first.createdKey()
        _ = try await second.createdKey()
        try second.change(
            """
            UPDATE pubkeys SET public_key_fingerprint = '\(key)', host = 'second.example.org' WHERE tenant = '{t}'
            """)
        try await addAlias(first)
        try await addAlias(second, of: "second.example.org")
        #expect(try await login(first, key).status == 200)
        try first.change("UPDATE pubkeys SET expires_at = 0 WHERE tenant = '{t}'")
        #expect(try await login(first, key).status == 200)
        try second.change("UPDATE pubkeys SET expires_at = 0 WHERE tenant = '{t}'")
        expectRefusal(try await login(first, key), 403, "the key has expired")
    }
}

extension Account {
    /// Registers the tenant's key for another host too.
    fileprivate func copyKey(to host: String) throws {
        try change(
            """
            INSERT INTO pubkeys
                (tenant, client_id, client_user_id, host, host_account, public_key_fingerprint, public_key, key_type,
                 key_bits, max_uses, remaining_uses, initial_ttl_minutes, expires_at, created, updated,
                 user_mfa_id, user_host_id, delegation_id)
            SELECT tenant, client_id, client_user_id, '\(host)', host_account, public_key_fingerprint, public_key,
                   key_type, key_bits, max_uses, remaining_uses, initial_ttl_minutes, expires_at, created, updated,
                   user_mfa_id, user_host_id, delegation_id
            FROM pubkeys WHERE tenant = '{t}'
            """)
    }
}
