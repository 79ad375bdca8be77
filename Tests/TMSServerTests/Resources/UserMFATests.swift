import TMSAPI
import TestSupport
import Testing

@Suite struct UserMFATests {
    private func create(_ account: Account, user: String = "bob", minutes: Int = -1) async throws -> Wire.Answer {
        try await account.asAdmin("POST", "usermfa", account.body(["tms_user_id": user], minutes: minutes))
    }

    private func update(_ account: Account, user: String, enabled: Bool) async throws -> Wire.Answer {
        let body = #"{"tms_user_id": "\#(user)", "tenant": "\#(account.tenant)", "enabled": \#(enabled)}"#
        return try await account.asAdmin("PATCH", "usermfa/upd", body)
    }

    @Test func recordIsMadeShownListedAndDeleted() async throws {
        let account = try Account(on: try await Servers.shared())
        let created = try await create(account)
        #expect(created.status == 201)
        #expect(created.memberNames == ["enabled", "expires_at", "result_code", "result_msg", "tms_user_id"])
        #expect(created["tms_user_id"] == "bob")
        #expect(created.json["enabled"] == .bool(true))
        #expect(created["expires_at"] == "9999-12-31T23:59:59.000000+00:00")

        let shown = try await account.asAdmin("GET", "usermfa/bob")
        #expect(shown.status == 200)
        #expect(
            shown.memberNames == [
                "created", "enabled", "expires_at", "id", "result_code", "result_msg", "tenant", "tms_user_id",
                "updated",
            ])
        #expect(shown["tenant"] == account.tenant)
        #expect(shown.json["enabled"] == .bool(true))
        #expect(shown["expires_at"] == created["expires_at"])
        #expect(shown["created"] == shown["updated"])

        let list = try await account.asAdmin("GET", "usermfa/list")
        #expect(list.status == 200)
        #expect(list.memberNames == ["next", "num_users", "result_code", "result_msg", "users"])
        #expect(list.json["num_users"] == .number("2"))
        let row = try #require(list.rows("users").last)
        #expect(row["id"] == shown.json["id"])
        #expect(row["tms_user_id"] == .string("bob"))
        // A number in lists, a flag elsewhere: so the contract has it.
        #expect(row["enabled"] == .number("1"))

        let deleted = try await account.asAdmin("DELETE", "usermfa/del/bob")
        #expect(deleted.outcome == Outcome(1, "MFA user bob deleted"))
        expectRefusal(try await account.asAdmin("GET", "usermfa/bob"), 404, "NOT_FOUND")
        let again = try await account.asAdmin("DELETE", "usermfa/del/bob")
        #expect(again.outcome == Outcome(0, "MFA user bob NOT FOUND - Nothing deleted"))
        #expect(try account.number("SELECT COUNT(*) FROM audit WHERE tenant = $1") == 2)
    }

    @Test(arguments: [0, 1, 60, Int(Int32.max)])
    func timeToLiveIsMinutesFromNow(minutes: Int) async throws {
        let account = try Account(on: try await Servers.shared())
        #expect(try await create(account, minutes: minutes).status == 201)
        let microseconds = try account.microseconds(
            "SELECT created, expires_at FROM user_mfa WHERE tenant = $1 AND tms_user_id = 'bob'")
        #expect(microseconds == minutes * 60_000_000)
    }

    @Test func userHasOneRecord() async throws {
        let account = try Account(on: try await Servers.shared())
        #expect(try await create(account).status == 201)
        expectRefusal(
            try await create(account, minutes: 5), 409,
            "ERROR: there is a user MFA record for user bob in tenant \(account.tenant) already")
        #expect(try await account.asAdmin("GET", "usermfa/bob")["expires_at"]?.hasPrefix("9999-") == true)
    }

    @Test(arguments: ["*", "", "a b", "a'; DROP TABLE user_mfa; --"])
    func nameThatIsNoneIsNoUser(name: String) async throws {
        let account = try Account(on: try await Servers.shared())
        expectRefusal(try await create(account, user: name), 400, "'tms_user_id'")
        #expect(try account.grantRows().userMFA == 1)
    }

    @Test func wildcardIsNoUser() async throws {
        let account = try Account(on: try await Servers.shared())
        expectRefusal(try await account.asAdmin("GET", "usermfa/*"), 404, "NOT_FOUND")
        #expect(try await account.asAdmin("DELETE", "usermfa/del/*").outcome.count == "0")
        #expect(try account.grantRows().userMFA == 1)
    }

    @Test func updateChangesNothingButEnabled() async throws {
        let account = try Account(on: try await Servers.shared())
        #expect(try await create(account, minutes: 5).status == 201)
        let before = try await account.asAdmin("GET", "usermfa/bob")

        let disabled = try await update(account, user: "bob", enabled: false)
        #expect(disabled.memberNames == ["fields_updated", "result_code", "result_msg"])
        #expect(disabled.outcome == Outcome(1, "1 update(s) to tms_user_id bob completed, enabled = false"))
        let after = try await account.asAdmin("GET", "usermfa/bob")
        #expect(after.json["enabled"] == .bool(false))
        #expect(after["expires_at"] == before["expires_at"])
        #expect(after["created"] == before["created"])
        #expect(try #require(after["updated"]) > #require(before["updated"]))

        let again = try await update(account, user: "bob", enabled: false)
        #expect(again.outcome == Outcome(1, "1 update(s) to tms_user_id bob completed, enabled = false"))
        let enabled = try await update(account, user: "bob", enabled: true)
        #expect(enabled.outcome == Outcome(1, "1 update(s) to tms_user_id bob completed, enabled = true"))
        #expect(try await account.asAdmin("GET", "usermfa/bob").json["enabled"] == .bool(true))
        let missing = try await update(account, user: "nobody", enabled: true)
        #expect(missing.outcome == Outcome(0, "0 update(s) to tms_user_id nobody completed, enabled = true"))
        #expect(
            try account.number(
                """
                SELECT COUNT(*) FROM audit WHERE tenant = $1 AND action = 'user MFA updated'
                    AND old_value = 'enabled = true' AND new_value = 'enabled = false'
                """) == 1)
    }

    @Test func disabledUserLogsInAgainOnceEnabled() async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey()
        #expect(try await update(account, user: account.user, enabled: false).status == 200)
        expectRefusal(try await account.retrieve(key), 403, "the user's MFA record is disabled")
        expectRefusal(try await account.create(), 403, "is disabled")
        #expect(try await update(account, user: account.user, enabled: true).status == 200)
        #expect(try await account.retrieve(key).status == 200)
    }

    @Test func recordWithoutTimeToLiveAllowsNoKey() async throws {
        let account = try Account(on: try await Servers.shared())
        #expect(try await create(account, minutes: 0).status == 201)
        let answer = try await account.create(["client_user_id": #""bob""#])
        expectRefusal(answer, 403, "user MFA record for user ID 'bob' in tenant \(account.tenant) expired at ")
    }

    @Test func deletionTakesAllThatHangsFromTheUserAndNothingElse() async throws {
        let server = try await Servers.shared()
        let (account, other) = (try Account(on: server), try Account(on: server))
        let all = GrantRows(userMFA: 2, userHosts: 2, delegations: 2, pubkeys: 2, reservations: 2)
        let one = GrantRows(userMFA: 1, userHosts: 1, delegations: 1, pubkeys: 1, reservations: 1)
        for account in [account, other] {
            try await account.addUser("bob")
            let bobsKey = try await account.create(["client_user_id": #""bob""#, "host_account": #""bob""#])
            #expect(bobsKey.status == 201)
            _ = try await account.createdKey()
            try account.reserveKeys()
            #expect(try account.grantRows() == all)
        }
        #expect(try await account.asAdmin("DELETE", "usermfa/del/bob").outcome == Outcome(1, "MFA user bob deleted"))
        #expect(try account.grantRows() == one)
        #expect(try account.number("SELECT COUNT(*) FROM pubkeys WHERE tenant = $1 AND client_user_id = 'alice'") == 1)
        #expect(try other.grantRows() == all)
    }

    @Test func listIsPagedAndFiltered() async throws {
        let account = try Account(on: try await Servers.shared())
        for user in ["dave", "Bob", "carol"] { #expect(try await create(account, user: user).status == 201) }
        #expect(try await update(account, user: "carol", enabled: false).status == 200)
        func users(_ query: String) async throws -> [[String]] {
            try await account.pages("usermfa/list", query, rows: "users", "tms_user_id")
        }
        #expect(try await users("limit=1000") == [["Bob", "alice", "carol", "dave"]])
        #expect(try await users("limit=3") == [["Bob", "alice", "carol"], ["dave"]])
        #expect(try await users("limit=2&enabled=true") == [["Bob", "alice"], ["dave"]])
        #expect(try await users("enabled=false") == [["carol"]])
        let disabled = try await account.asAdmin("GET", "usermfa/list?enabled=false")
        #expect(disabled.rows("users").first?["enabled"] == .number("0"))
        expectRefusal(try await account.asAdmin("GET", "usermfa/list?enabled=maybe"), 400, "enabled")
    }

    @Test func recordOfAnotherTenantIsOutOfReach() async throws {
        let server = try await Servers.shared()
        let (account, other) = (try Account(on: server), try Account(on: server))
        #expect(try await create(other).status == 201)
        expectRefusal(try await account.asAdmin("GET", "usermfa/bob"), 404)
        #expect(try await account.asAdmin("DELETE", "usermfa/del/bob").outcome.count == "0")
        #expect(try await account.pages("usermfa/list", rows: "users", "tms_user_id") == [["alice"]])
        for (method, path) in [("POST", "usermfa"), ("PATCH", "usermfa/upd")] {
            let body = #"{"tenant": "\#(other.tenant)", "tms_user_id": "bob", "ttl_minutes": 1, "enabled": false}"#
            expectRefusal(try await account.asAdmin(method, path, body), 403, "does not match the tenant")
        }
        #expect(try await other.asAdmin("GET", "usermfa/bob").json["enabled"] == .bool(true))
    }

    @Test(arguments: [
        Denial("POST", "usermfa", "to add a user MFA record in tenant {t}."),
        Denial("GET", "usermfa/bob", "to view mfa information for record #bob in tenant {t}"),
        Denial("PATCH", "usermfa/upd", "to update MFA for user bob in tenant {t}."),
        Denial("DELETE", "usermfa/del/bob", "to delete MFA for user bob in tenant {t}."),
        Denial("GET", "usermfa/list", "to list user MFA information in tenant {t}."),
    ])
    func clientIsNoAdministrator(denial: Denial) async throws {
        let account = try Account(on: try await Servers.shared())
        try await denial.expect(on: account, body: account.body(["tms_user_id": "bob"], minutes: 1))
    }
}
