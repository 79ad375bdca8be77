import TMSAPI
import TestSupport
import Testing

@Suite struct DelegationsTests {
    private func body(
        _ account: Account, client: String? = nil, user: String = "bob", minutes: Int? = nil
    ) -> String {
        account.body(["client_id": client ?? account.client, "client_user_id": user], minutes: minutes)
    }

    private func create(
        _ account: Account, client: String? = nil, user: String = "bob", minutes: Int = -1
    ) async throws -> Wire.Answer {
        try await account.asAdmin(
            "POST", "delegations", body(account, client: client, user: user, minutes: minutes))
    }

    /// A tenant in which bob has an MFA record.
    private func accountWithBob() async throws -> Account {
        let account = try Account(on: try await Servers.shared())
        let mfa = try await account.asAdmin("POST", "usermfa", account.body(["tms_user_id": "bob"], minutes: -1))
        try #require(mfa.status == 201)
        return account
    }

    @Test func delegationIsMadeShownListedAndDeleted() async throws {
        let account = try await accountWithBob()
        let created = try await create(account)
        #expect(created.status == 201)
        #expect(created.memberNames == ["client_id", "client_user_id", "expires_at", "result_code", "result_msg"])
        #expect(created["client_id"] == account.client)
        #expect(created["client_user_id"] == "bob")
        #expect(created["expires_at"] == "9999-12-31T23:59:59.000000+00:00")

        let list = try await account.asAdmin("GET", "delegations/list")
        #expect(list.status == 200)
        #expect(
            list.memberNames == [
                "delegations", "next", "num_delegations", "num_users", "result_code", "result_msg", "users",
            ])
        #expect(list.json["num_users"] == .number("2"))
        #expect(list.json["num_delegations"] == .number("2"))
        #expect(list.rows("users") == list.rows("delegations"))
        let row = try #require(list.rows("users").last)
        guard case .number(let id)? = row["id"] else { throw TestServer.Failure("no id in \(row)") }

        let shown = try await account.asAdmin("GET", "delegations/" + id)
        #expect(shown.status == 200)
        #expect(
            shown.memberNames == [
                "client_id", "client_user_id", "created", "expires_at", "id", "result_code", "result_msg", "tenant",
                "updated",
            ])
        #expect(shown["client_user_id"] == "bob")
        #expect(shown["tenant"] == account.tenant)
        #expect(shown["expires_at"] == created["expires_at"])

        let deleted = try await account.asAdmin("DELETE", "delegations/del", body(account))
        #expect(deleted.outcome == Outcome(1, "User delegation deleted for user bob and client client"))
        expectRefusal(try await account.asAdmin("GET", "delegations/" + id), 404, "NOT_FOUND")
        let again = try await account.asAdmin("DELETE", "delegations/del", body(account))
        #expect(again.outcome == Outcome(0, "Delegation to client client NOT FOUND for user bob - Nothing deleted"))
        #expect(try account.number("SELECT COUNT(*) FROM audit WHERE tenant = $1 AND action LIKE 'delegation %'") == 2)
    }

    @Test(arguments: [0, 60, Int(Int32.max)])
    func timeToLiveIsMinutesFromNow(minutes: Int) async throws {
        let account = try await accountWithBob()
        #expect(try await create(account, minutes: minutes).status == 201)
        let microseconds = try account.microseconds(
            "SELECT created, expires_at FROM delegations WHERE tenant = $1 AND client_user_id = 'bob'")
        #expect(microseconds == minutes * 60_000_000)
    }

    @Test(arguments: ["bob", "*"])
    func sameDelegationTwiceIsAConflict(user: String) async throws {
        let account = try await accountWithBob()
        #expect(try await create(account, user: user).status == 201)
        expectRefusal(
            try await create(account, user: user, minutes: 5), 409,
            "ERROR: there is a delegation of user \(user) to client client in tenant \(account.tenant) already")
        #expect(try account.grantRows().delegations == 2)
    }

    @Test(arguments: ["bob", "*"])
    func delegationNeedsAClient(user: String) async throws {
        let account = try await accountWithBob()
        expectRefusal(
            try await create(account, client: "nobody", user: user), 422,
            "ERROR: there is no client nobody in tenant \(account.tenant)")
        #expect(try account.grantRows().delegations == 1)
    }

    @Test func userNeedsAnMFARecord() async throws {
        let account = try Account(on: try await Servers.shared())
        expectRefusal(
            try await create(account), 422,
            "ERROR: there is no user MFA record for user bob in tenant \(account.tenant)")
        #expect(try account.grantRows().delegations == 1)
    }

    @Test(arguments: ["", "a b", "**"])
    func userIsChecked(name: String) async throws {
        let account = try Account(on: try await Servers.shared())
        expectRefusal(try await create(account, user: name), 400, "'client_user_id'")
        #expect(try account.grantRows().delegations == 1)
    }

    @Test func newExpiryIsAnsweredInBothSpellings() async throws {
        let account = try await accountWithBob()
        #expect(try await create(account, minutes: 5).status == 201)

        let updated = try await account.asAdmin("PATCH", "delegations/upd", body(account, minutes: 60))
        #expect(updated.memberNames == ["expires_at", "expires_msg", "fields_updated", "result_code", "result_msg"])
        #expect(updated.outcome == Outcome(1, "1 update(s) to user bob and client client completed"))
        let expiresAt = try #require(updated["expires_at"])
        #expect(Timestamp(rfc3339: expiresAt) != nil)
        #expect(updated["expires_msg"] == "\(expiresAt.prefix(10)) \(expiresAt.dropFirst(11).prefix(15)) UTC")
        #expect(
            try account.microseconds(
                "SELECT updated, expires_at FROM delegations WHERE tenant = $1 AND client_user_id = 'bob'")
                == 3_600_000_000)

        let never = try await account.asAdmin("PATCH", "delegations/upd", body(account, minutes: -1))
        #expect(never["expires_at"] == "9999-12-31T23:59:59.000000+00:00")
        #expect(never["expires_msg"] == "9999-12-31 23:59:59.000000 UTC")
        #expect(
            try account.number(
                """
                SELECT COUNT(*) FROM audit WHERE tenant = $1 AND action = 'delegation updated'
                    AND subject = 'user bob to client client' AND old_value <> new_value
                """) == 2)
    }

    @Test func missingDelegationStaysUnchanged() async throws {
        let account = try Account(on: try await Servers.shared())
        // There is a wildcard, but it is none of bob's.
        #expect(try await create(account, user: "*").status == 201)
        let answer = try await account.asAdmin("PATCH", "delegations/upd", body(account, minutes: 0))
        #expect(answer.outcome == Outcome(0, "0 update(s) to user bob and client client completed"))
        #expect(answer["expires_msg"] == "UNCHANGED")
        #expect(answer.json["expires_at"] == .null)
        let deleted = try await account.asAdmin("DELETE", "delegations/del", body(account))
        #expect(deleted.outcome.count == "0")
        #expect(try account.time("SELECT MIN(expires_at) FROM delegations WHERE tenant = $1") == .never)
    }

    @Test func expiryDecidesAboutKeysAndLogins() async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey()
        let ended = try await account.asAdmin("PATCH", "delegations/upd", body(account, user: account.user, minutes: 0))
        #expect(ended.outcome.count == "1")
        expectRefusal(try await account.retrieve(key), 403, "the user's delegation to the client has expired")
        expectRefusal(try await account.create(), 403, "delegation record for client client")
        let renewed = try await account.asAdmin(
            "PATCH", "delegations/upd", body(account, user: account.user, minutes: -1))
        #expect(renewed.outcome.count == "1")
        #expect(try await account.retrieve(key).status == 200)
    }

    @Test func deletionTakesTheKeysOfTheDelegationAndNothingElse() async throws {
        let account = try Account(on: try await Servers.shared())
        try await account.addUser("bob")
        let kept = try await account.createdKey()
        _ = try await account.createdKey(["client_user_id": #""bob""#, "host_account": #""bob""#])
        try account.reserveKeys()
        #expect(
            try account.grantRows()
                == GrantRows(userMFA: 2, userHosts: 2, delegations: 2, pubkeys: 2, reservations: 2))
        #expect(try await account.asAdmin("DELETE", "delegations/del", body(account)).outcome.count == "1")
        #expect(
            try account.grantRows()
                == GrantRows(userMFA: 2, userHosts: 2, delegations: 1, pubkeys: 1, reservations: 1))
        #expect(try await account.retrieve(kept).status == 200)
    }

    @Test func listIsPagedAndFiltered() async throws {
        let account = try await accountWithBob()
        // With a delegation of alice's, as the tenant's first client has.
        try account.addClient("b-client", secret: "unused")
        for (client, user) in [("b-client", "bob"), ("client", "bob"), ("b-client", "*")] {
            #expect(try await create(account, client: client, user: user).status == 201)
        }
        func users(_ query: String) async throws -> [[String]] {
            try await account.pages("delegations/list", query, rows: "delegations", "client_user_id")
        }
        #expect(try await users("limit=1000") == [["*", "alice", "bob", "alice", "bob"]])
        #expect(try await users("limit=2") == [["*", "alice"], ["bob", "alice"], ["bob"]])
        #expect(try await users("limit=2&client_id=b-client") == [["*", "alice"], ["bob"]])
        #expect(try await users("client_user_id=bob") == [["bob", "bob"]])
        #expect(try await users("client_user_id=bob&client_id=client") == [["bob"]])
        #expect(try await users("client_id=none") == [[]])
    }

    @Test func delegationOfAnotherTenantIsOutOfReach() async throws {
        let (account, other) = (try await accountWithBob(), try await accountWithBob())
        #expect(try await create(other).status == 201)
        let id = try other.number("SELECT id FROM delegations WHERE tenant = $1 AND client_user_id = 'bob'")
        expectRefusal(try await account.asAdmin("GET", "delegations/\(id)"), 404)
        #expect(try await account.pages("delegations/list", rows: "users", "client_user_id") == [["alice"]])
        for (method, path) in [("POST", "delegations"), ("PATCH", "delegations/upd"), ("DELETE", "delegations/del")] {
            expectRefusal(
                try await account.asAdmin(method, path, body(other, minutes: 0)), 403, "does not match the tenant")
        }
        #expect(try await other.asAdmin("GET", "delegations/\(id)")["expires_at"]?.hasPrefix("9999-") == true)
    }

    @Test(arguments: [
        Denial("POST", "delegations", "to add a client delegation record in tenant {t}."),
        Denial("GET", "delegations/7", "to view client delegation information for record #7 in tenant {t}"),
        Denial("GET", "delegations/list", "to list delegations in tenant {t}."),
        Denial("PATCH", "delegations/upd", "to update delegation for client client and user bob in tenant {t}."),
        Denial("DELETE", "delegations/del", "to delete delegation for user bob to client client in tenant {t}."),
    ])
    func clientIsNoAdministrator(denial: Denial) async throws {
        let account = try Account(on: try await Servers.shared())
        try await denial.expect(on: account, body: body(account, minutes: 1))
    }
}
