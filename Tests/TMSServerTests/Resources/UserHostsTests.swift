import TMSAPI
import TestSupport
import Testing

@Suite struct UserHostsTests {
    private func body(
        _ account: Account, user: String = "alice", host: String = "login1", as name: String = "alice",
        minutes: Int? = nil
    ) -> String {
        account.body(["tms_user_id": user, "host": host, "host_account": name], minutes: minutes)
    }

    private func create(
        _ account: Account, user: String = "alice", host: String = "login1", as name: String = "alice",
        minutes: Int = -1
    ) async throws -> Wire.Answer {
        try await account.asAdmin(
            "POST", "userhosts", body(account, user: user, host: host, as: name, minutes: minutes))
    }

    @Test func linkIsMadeShownListedAndDeleted() async throws {
        let account = try Account(on: try await Servers.shared())
        let created = try await create(account)
        #expect(created.status == 201)
        #expect(
            created.memberNames == ["expires_at", "host", "host_account", "result_code", "result_msg", "tms_user_id"])
        #expect(created["tms_user_id"] == "alice")
        #expect(created["host"] == "login1")
        #expect(created["host_account"] == "alice")
        #expect(created["expires_at"] == "9999-12-31T23:59:59.000000+00:00")

        let list = try await account.asAdmin("GET", "userhosts/list")
        #expect(list.status == 200)
        #expect(
            list.memberNames == [
                "next", "num_user_hosts", "num_users", "result_code", "result_msg", "user_hosts", "users",
            ])
        #expect(list.json["num_users"] == .number("2"))
        #expect(list.json["num_user_hosts"] == .number("2"))
        #expect(list.rows("users") == list.rows("user_hosts"))
        let row = try #require(list.rows("users").last)
        guard case .number(let id)? = row["id"] else { throw TestServer.Failure("no id in \(row)") }

        let shown = try await account.asAdmin("GET", "userhosts/" + id)
        #expect(shown.status == 200)
        #expect(
            shown.memberNames == [
                "created", "expires_at", "host", "host_account", "id", "result_code", "result_msg", "tenant",
                "tms_user_id", "updated",
            ])
        #expect(shown["host"] == "login1")
        #expect(shown["tenant"] == account.tenant)
        #expect(shown["expires_at"] == created["expires_at"])

        let deleted = try await account.asAdmin("DELETE", "userhosts/del", body(account))
        #expect(deleted.outcome == Outcome(1, "User host login1 deleted for user alice and account alice"))
        expectRefusal(try await account.asAdmin("GET", "userhosts/" + id), 404, "NOT_FOUND")
        let again = try await account.asAdmin("DELETE", "userhosts/del", body(account))
        #expect(again.outcome == Outcome(0, "Host login1 NOT FOUND for user alice - Nothing deleted"))
        #expect(try account.number("SELECT COUNT(*) FROM audit WHERE tenant = $1") == 2)
    }

    @Test(arguments: [0, 60, Int(Int32.max)])
    func timeToLiveIsMinutesFromNow(minutes: Int) async throws {
        let account = try Account(on: try await Servers.shared())
        #expect(try await create(account, minutes: minutes).status == 201)
        let microseconds = try account.microseconds(
            "SELECT created, expires_at FROM user_hosts WHERE tenant = $1 AND host = 'login1'")
        #expect(microseconds == minutes * 60_000_000)
    }

    @Test func sameLinkTwiceIsAConflict() async throws {
        let account = try Account(on: try await Servers.shared())
        #expect(try await create(account).status == 201)
        expectRefusal(
            try await create(account, minutes: 5), 409,
            "ERROR: there is a user host record for user alice@\(account.tenant) with account alice on host login1 "
                + "already")
        #expect(try await create(account, as: "other").status == 201)
        #expect(try await create(account, host: "login2").status == 201)
        #expect(try account.grantRows().userHosts == 4)
    }

    @Test func userNeedsAnMFARecord() async throws {
        let account = try Account(on: try await Servers.shared())
        expectRefusal(
            try await create(account, user: "bob"), 422,
            "ERROR: there is no user MFA record for user bob in tenant \(account.tenant)")
        #expect(try account.grantRows().userHosts == 1)
    }

    @Test(arguments: [("*", "alice"), ("alice", "*")])
    func wildcardsGoTogetherOnly(user: String, name: String) async throws {
        let account = try Account(on: try await Servers.shared())
        expectRefusal(try await create(account, user: user, as: name), 422, "user * and account * go together only")
        #expect(try account.grantRows().userHosts == 1)
    }

    @Test(arguments: [
        ("", "login1", "alice"), ("a b", "login1", "alice"), ("alice", "*", "alice"), ("alice", "", "alice"),
        ("alice", "login1", ""), ("alice", "login1", "../root"), ("**", "login1", "**"),
    ])
    func namesAreChecked(user: String, host: String, name: String) async throws {
        let account = try Account(on: try await Servers.shared())
        expectRefusal(try await create(account, user: user, host: host, as: name), 400)
        #expect(try account.grantRows().userHosts == 1)
    }

    @Test func newExpiryIsAnsweredInBothSpellings() async throws {
        let account = try Account(on: try await Servers.shared())
        #expect(try await create(account, minutes: 5).status == 201)

        let updated = try await account.asAdmin("PATCH", "userhosts/upd", body(account, minutes: 60))
        #expect(updated.memberNames == ["expires_at", "expires_msg", "fields_updated", "result_code", "result_msg"])
        #expect(updated.outcome == Outcome(1, "1 update(s) to tms_user_id alice completed"))
        let expiresAt = try #require(updated["expires_at"])
        #expect(Timestamp(rfc3339: expiresAt) != nil)
        #expect(updated["expires_msg"] == "\(expiresAt.prefix(10)) \(expiresAt.dropFirst(11).prefix(15)) UTC")
        #expect(
            try account.microseconds("SELECT updated, expires_at FROM user_hosts WHERE tenant = $1 AND host = 'login1'")
                == 3_600_000_000)
        #expect(try account.number("SELECT COUNT(*) FROM user_hosts WHERE tenant = $1 AND updated > created") == 1)

        let never = try await account.asAdmin("PATCH", "userhosts/upd", body(account, minutes: -5))
        #expect(never["expires_at"] == "9999-12-31T23:59:59.000000+00:00")
        #expect(never["expires_msg"] == "9999-12-31 23:59:59.000000 UTC")
        #expect(
            try account.number(
                """
                SELECT COUNT(*) FROM audit WHERE tenant = $1 AND action = 'user host updated'
                    AND subject = 'user alice as alice on login1' AND old_value <> new_value
                """) == 2)
    }

    @Test func missingLinkStaysUnchanged() async throws {
        let account = try Account(on: try await Servers.shared())
        let answer = try await account.asAdmin("PATCH", "userhosts/upd", body(account, minutes: 60))
        #expect(answer.outcome == Outcome(0, "0 update(s) to tms_user_id alice completed"))
        #expect(answer["expires_msg"] == "UNCHANGED")
        #expect(answer.json["expires_at"] == .null)
        #expect(try account.number("SELECT COUNT(*) FROM user_hosts WHERE tenant = $1 AND updated <> created") == 0)
    }

    @Test func expiryDecidesAboutKeysAndLogins() async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey()
        let link = (host: account.host, name: account.account)
        let ended = try await account.asAdmin(
            "PATCH", "userhosts/upd", body(account, host: link.host, as: link.name, minutes: 0))
        #expect(ended.outcome.count == "1")
        expectRefusal(try await account.retrieve(key), 403, "the user's link to the account on this host has expired")
        expectRefusal(try await account.create(), 403, "user host record for user alice@\(account.tenant)")
        let renewed = try await account.asAdmin(
            "PATCH", "userhosts/upd", body(account, host: link.host, as: link.name, minutes: -1))
        #expect(renewed.outcome.count == "1")
        #expect(try await account.retrieve(key).status == 200)
    }

    @Test func deletionTakesTheKeysOfTheLinkAndNothingElse() async throws {
        let account = try Account(on: try await Servers.shared())
        #expect(try await create(account).status == 201)
        let kept = try await account.createdKey()
        let gone = try await account.createdKey(["host": #""login1""#, "host_account": #""alice""#])
        try account.reserveKeys()
        #expect(
            try account.grantRows()
                == GrantRows(userMFA: 1, userHosts: 2, delegations: 1, pubkeys: 2, reservations: 2))
        #expect(try await account.asAdmin("DELETE", "userhosts/del", body(account)).outcome.count == "1")
        #expect(
            try account.grantRows()
                == GrantRows(userMFA: 1, userHosts: 1, delegations: 1, pubkeys: 1, reservations: 1))
        #expect(try await account.retrieve(kept).status == 200)
        expectRefusal(try await account.wire.retrieve(gone, user: "alice", host: "login1"), 404)
    }

    @Test func listIsPagedAndFiltered() async throws {
        let account = try Account(on: try await Servers.shared())
        try await account.addUser("bob")
        for (user, host, name) in [("alice", "h2", "b"), ("alice", "h2", "a"), ("bob", "h1", "b"), ("*", "h2", "*")] {
            #expect(try await create(account, user: user, host: host, as: name).status == 201)
        }
        func accounts(_ query: String) async throws -> [[String]] {
            try await account.pages("userhosts/list", query, rows: "user_hosts", "host_account")
        }
        // By user, host and account; each user has a link to login.example.org from the start.
        #expect(try await accounts("limit=1000") == [["*", "a", "b", "aalice", "b", "bob"]])
        #expect(try await accounts("limit=4") == [["*", "a", "b", "aalice"], ["b", "bob"]])
        #expect(try await accounts("limit=2&tms_user_id=alice") == [["a", "b"], ["aalice"]])
        #expect(try await accounts("limit=2&host=h2") == [["*", "a"], ["b"]])
        #expect(try await accounts("host_account=b") == [["b", "b"]])
        #expect(try await accounts("tms_user_id=bob&host=h1&host_account=b") == [["b"]])
        #expect(try await accounts("tms_user_id=nobody") == [[]])
        // `*` in a filter is the wildcard link itself.
        #expect(try await accounts("tms_user_id=*") == [["*"]])
    }

    @Test func linkOfAnotherTenantIsOutOfReach() async throws {
        let server = try await Servers.shared()
        let (account, other) = (try Account(on: server), try Account(on: server))
        #expect(try await create(other).status == 201)
        let id = try other.number("SELECT id FROM user_hosts WHERE tenant = $1 AND host = 'login1'")
        expectRefusal(try await account.asAdmin("GET", "userhosts/\(id)"), 404)
        #expect(try await account.pages("userhosts/list", rows: "users", "host") == [[account.host]])
        for (method, path) in [("POST", "userhosts"), ("PATCH", "userhosts/upd"), ("DELETE", "userhosts/del")] {
            expectRefusal(
                try await account.asAdmin(method, path, body(other, minutes: 0)), 403, "does not match the tenant")
        }
        #expect(try await other.asAdmin("GET", "userhosts/\(id)")["expires_at"]?.hasPrefix("9999-") == true)
    }

    @Test(arguments: [
        Denial("POST", "userhosts", "to add a user host record in tenant {t}."),
        Denial("GET", "userhosts/7", "to view host information for record #7 in tenant {t}"),
        Denial("GET", "userhosts/list", "to list user host information in tenant {t}."),
        Denial("PATCH", "userhosts/upd", "to update host for user alice in tenant {t}."),
        Denial("DELETE", "userhosts/del", "to delete host login1 for user alice in tenant {t}."),
    ])
    func clientIsNoAdministrator(denial: Denial) async throws {
        let account = try Account(on: try await Servers.shared())
        try await denial.expect(on: account, body: body(account, minutes: 1))
    }
}
