import TMSAPI
import TMSStore
import TestSupport
import Testing

/// What much hangs from goes step by step, so that nobody else waits for it.
@Suite struct ClearingTests {
    private static let keys = 2 * Int(Transaction.clearedMax) + 500

    /// An account with more keys than two steps take.
    private func accountWithKeys() async throws -> Account {
        let account = try Account(on: try await Servers.shared())
        try account.addKeys(Self.keys, expiresAt: Account.never)
        return account
    }

    /// How many writes it took, by the audit trail, and how many keys are left.
    private func expectCleared(_ account: Account, steps: Int) throws {
        #expect(try account.number("SELECT COUNT(*) FROM pubkeys WHERE tenant = $1") == 0)
        #expect(
            try account.number("SELECT COUNT(*) FROM audit WHERE tenant = $1 AND action = 'rows deleted'") == steps)
    }

    @Test func clientGoesInSteps() async throws {
        let account = try await accountWithKeys()
        let answer = try await account.asAdmin("DELETE", "client/del/\(account.client)")
        #expect(answer.outcome == Outcome(1, "Client \(account.client) deleted"))
        // Three of keys and one of delegations.
        try expectCleared(account, steps: 4)
    }

    @Test func userGoesInSteps() async throws {
        let account = try await accountWithKeys()
        let answer = try await account.asAdmin("DELETE", "usermfa/del/\(account.user)")
        #expect(answer.outcome == Outcome(1, "MFA user \(account.user) deleted"))
        // Three of keys, one of delegations and one of links to hosts.
        try expectCleared(account, steps: 5)
    }

    @Test func delegationGoesInSteps() async throws {
        let account = try await accountWithKeys()
        let body = account.body(["client_id": account.client, "client_user_id": account.user])
        let answer = try await account.asAdmin("DELETE", "delegations/del", body)
        #expect(answer.outcome.count == "1")
        try expectCleared(account, steps: 3)
        #expect(try account.number("SELECT COUNT(*) FROM delegations WHERE tenant = $1") == 0)
    }

    @Test func userHostGoesInSteps() async throws {
        let account = try await accountWithKeys()
        let body = account.body([
            "tms_user_id": account.user, "host": account.host, "host_account": account.account,
        ])
        let answer = try await account.asAdmin("DELETE", "userhosts/del", body)
        #expect(answer.outcome.count == "1")
        try expectCleared(account, steps: 3)
        #expect(try account.number("SELECT COUNT(*) FROM user_hosts WHERE tenant = $1") == 0)
    }

    /// Most of them have expired, and wait for a purge.
    private func accountWithReservations() async throws -> (account: Account, fingerprint: String) {
        let account = try Account(on: try await Servers.shared())
        let fingerprint = try await account.createdKey()
        try account.addReservations(Self.keys)
        return (account, fingerprint)
    }

    /// Its reservations go before the key, three times as many as a step takes.
    @Test func keyGoesInSteps() async throws {
        let (account, fingerprint) = try await accountWithReservations()
        let answer = try await account.asClient("DELETE", "pubkeys/del", account.key(fingerprint))
        #expect(answer.outcome == Outcome(1, "Pubkey \(fingerprint) for host \(account.host) deleted"))
        try expectCleared(account, steps: 3)
        #expect(try account.reservationCount == 0)
    }

    @Test func reservationsGoInStepsWithWhateverTheirKeyHangsFrom() async throws {
        let paths = [
            // Three of reservations, one of keys; and what else hangs from a client and from a user.
            ("client/del/client", 5), ("usermfa/del/alice", 6), ("delegations/del", 4), ("userhosts/del", 4),
        ]
        for (path, steps) in paths {
            let (account, _) = try await accountWithReservations()
            let body = account.body([
                "client_id": account.client, "client_user_id": account.user, "tms_user_id": account.user,
                "host": account.host, "host_account": account.account,
            ])
            let answer = try await account.asAdmin("DELETE", path, path.hasSuffix("/del") ? body : nil)
            #expect(answer.outcome.count == "1", "\(path): \(answer.text)")
            try expectCleared(account, steps: steps)
            #expect(try account.reservationCount == 0)
        }
    }

    /// Of several keys, and in the name of another user than the keys'.
    @Test func reservationsOfOthersGoWithTheUsersKeys() async throws {
        let account = try Account(on: try await Servers.shared())
        try await account.addUser("bob")
        for _ in 1...3 { _ = try await account.createdKey() }
        try account.addReservations(Self.keys, user: "bob")
        let answer = try await account.asAdmin("DELETE", "usermfa/del/\(account.user)")
        #expect(answer.outcome == Outcome(1, "MFA user \(account.user) deleted"))
        // Eight of reservations; one each of keys, delegations and links.
        try expectCleared(account, steps: 11)
        #expect(try account.reservationCount == 0)
    }

    @Test func tenantGoesInStepsAndAllItsRowsAreCounted() async throws {
        let account = try await accountWithKeys()
        try account.reserveKeys()
        let answer = try await account.asAdmin("DELETE", "tenants/wipe/\(account.tenant)")
        // Keys and their reservations; delegation, link, MFA record and client; administrator and tenant.
        let rows = 2 * Self.keys + 6
        #expect(answer.outcome == Outcome(rows, "Tenant \(account.tenant) and dependencies wiped"))
        // Three each of reservations and keys, one each of delegations, links, MFA records and clients.
        try expectCleared(account, steps: 10)
        #expect(try account.number("SELECT COUNT(*) FROM tenants WHERE tenant = $1") == 0)
    }

    @Test func answersGoInStepsWithTheirClientAndTheirTenant() async throws {
        let (account, wiped) = (
            try Account(on: try await Servers.shared()), try Account(on: try await Servers.shared())
        )
        for each in [account, wiped] { try each.addAnswers(Self.keys) }
        #expect(try await account.asAdmin("DELETE", "client/del/\(account.client)").status == 200)
        // Three of answers and one of delegations.
        try expectCleared(account, steps: 4)
        #expect(try account.number("SELECT COUNT(*) FROM idempotent_answers WHERE tenant = $1") == 0)
        #expect(try wiped.number("SELECT COUNT(*) FROM idempotent_answers WHERE tenant = $1") == Self.keys)
        #expect(try await wiped.asAdmin("DELETE", "tenants/wipe/\(wiped.tenant)").status == 200)
        // Three of answers, one each of delegations, links, MFA records and clients.
        try expectCleared(wiped, steps: 7)
    }

    @Test func nobodyElsesRowsAreTouched() async throws {
        let account = try await accountWithKeys()
        let other = try await account.addClient("other", keys: 3)
        #expect(try await account.asAdmin("DELETE", "client/del/\(account.client)").status == 200)
        #expect(try account.number("SELECT COUNT(*) FROM pubkeys WHERE tenant = $1") == 3)
        #expect(try await account.call("GET", "client/other", as: other).status == 200)
    }
}

extension Account {
    /// Answers that the client could have again.
    fileprivate func addAnswers(_ count: Int) throws {
        try change(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))
            INSERT INTO idempotent_answers (tenant, client_id, idempotency_key, request_hash, answer, expires_at)
            SELECT '{t}', '\(client)', 'key' || i, '', '{}', {{future}} FROM n
            """)
    }

    /// Expired reservations of each key of the user.
    fileprivate func addReservations(_ count: Int, user: String? = nil) throws {
        try change(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))
            INSERT INTO reservations
                (resid, parent_resid, tenant, client_id, client_user_id, host, public_key_fingerprint, expires_at,
                 created, updated, user_mfa_id, pubkey_id)
            SELECT lower(hex(randomblob(16))), '', k.tenant, k.client_id, m.tms_user_id, k.host,
                   k.public_key_fingerprint, \(Self.daysAgo(1)), 0, 0, m.id, k.id
            FROM n, pubkeys k, user_mfa m
            WHERE k.tenant = '{t}' AND m.tenant = '{t}' AND m.tms_user_id = '\(user ?? self.user)'
            """)
    }

    /// Another client of the tenant, with keys.
    /// - Returns: the headers it is authenticated by.
    fileprivate func addClient(_ id: String, keys: Int) async throws -> [String: String] {
        let headers: [String: String] = try addClient(id)
        for _ in 0..<keys {
            let made = try await wire.create(
                ["client_user_id": "\"\(user)\"", "host": "\"\(host)\"", "host_account": "\"\(account)\""],
                headers: headers)
            guard made.status == 201 else { throw TestServer.Failure(made.text) }
        }
        return headers
    }
}
