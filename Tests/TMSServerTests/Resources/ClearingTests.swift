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
