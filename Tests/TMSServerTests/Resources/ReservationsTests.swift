import Foundation
import TMSAPI
import TestSupport
import Testing

/// Operations 40 and 41: making reservations.
@Suite struct ReservationCreationTests {
    @Test func reservationHasExactlyItsMembers() async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey()
        let answer = try await account.reserve(key)
        #expect(answer.status == 201, "\(answer.text)")
        #expect(answer.memberNames == ["expires_at", "parent_resid", "resid", "result_code", "result_msg"])
        #expect(answer["result_msg"] == "success")
        let id = try #require(answer["resid"])
        let version4 = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/
        #expect(id.wholeMatch(of: version4) != nil, "\(id)")
        #expect(answer["parent_resid"] == id)
        #expect(try await account.reservation(of: key) != id)
        let made = "SELECT COUNT(*) FROM audit WHERE tenant = $1 AND action = 'reservation created'" as StaticString
        #expect(try account.number(made) == 2)
    }

    @Test(arguments: [("0", 0), ("1", 1), ("2880", 2880), ("2881", 2880), ("2147483647", 2880), ("-1", 2880)])
    func reservationLastsTwoDaysAtMost(asked: String, minutes: Int64) async throws {
        let account = try Account(on: try await Servers.shared())
        let answer = try await account.reserve(try await account.createdKey(), ["ttl_minutes": asked])
        let shown = try await account.asClient("GET", "reservations/\(account.client)/\(answer["resid"] ?? "")")
        let made = try #require(Timestamp(rfc3339: shown["created"] ?? ""))
        #expect(answer["expires_at"] == made.adding(seconds: minutes * 60).description)
    }

    @Test func unknownKeyIsNotFound() async throws {
        let account = try Account(on: try await Servers.shared())
        let other = try account.addClient("other")
        let key = try await account.createdKey()
        let what = "No pubkey for client client@\(account.tenant) on host"
        expectRefusal(
            try await account.reserve("SHA256:x"), 404,
            "NOT FOUND: \(what) \(account.host) with fingerprint SHA256:x.")
        expectRefusal(
            try await account.reserve(key, ["host": #""elsewhere""#]), 404,
            "NOT FOUND: \(what) elsewhere with fingerprint \(key).")
        let body = """
            {"client_user_id": "\(account.user)", "host": "\(account.host)", "public_key_fingerprint": "\(key)", \
            "ttl_minutes": 1}
            """
        expectRefusal(try await account.call("POST", "reservations", as: other, body), 404, "for client other@")
        // Keys belong to clients; administrators reserve nothing.
        expectRefusal(try await account.asAdmin("POST", "reservations", body), 400, "X-TMS-CLIENT-ID")
    }

    @Test func keyMustBeUsable() async throws {
        let account = try Account(on: try await Servers.shared())
        let what = "for client client@\(account.tenant) on host \(account.host) with fingerprint"
        let used = try await account.createdKey(["num_uses": "0"])
        expectRefusal(try await account.reserve(used), 403, "Pubkey \(what) \(used) has no remaining uses.")
        let expired = try await account.createdKey()
        try account.change("UPDATE pubkeys SET expires_at = 0 WHERE public_key_fingerprint = '\(expired)'")
        expectRefusal(
            try await account.reserve(expired), 403,
            "Pubkey \(what) \(expired) expired at 1970-01-01T00:00:00.000000+00:00.")
        #expect(try account.reservationCount == 0)
    }

    @Test func userMustHaveValidRowsOfTheirOwn() async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey()
        expectRefusal(
            try await account.reserve(key, ["client_user_id": #""bob""#]), 403,
            "Missing or expired dependency: Required user MFA record not found for user ID bob in tenant")
        try await account.addUser("bob", account: account.account)
        #expect(try await account.reserve(key, ["client_user_id": #""bob""#]).status == 201)
        try account.change("UPDATE user_hosts SET expires_at = 0 WHERE tenant = '{t}' AND tms_user_id = 'bob'")
        expectRefusal(
            try await account.reserve(key, ["client_user_id": #""bob""#]), 403,
            "Missing or expired dependency: Required user host record for user bob@")
        try account.change("UPDATE user_mfa SET enabled = 0 WHERE tenant = '{t}'")
        expectRefusal(try await account.reserve(key), 403, "is disabled")
    }

    @Test func wrongSecretIsNotAuthorized() async throws {
        let account = try Account(on: try await Servers.shared())
        var headers = account.clientHeaders
        headers[Header.clientSecret] = "wrong"
        for path in ["reservations", "reservations/extend"] {
            expectRefusal(
                try await account.call("POST", path, as: headers, "{}"), 401,
                "ERROR: NOT AUTHORIZED Credential mismatch for client client in tenant \(account.tenant).")
        }
    }

    /// A thousand open ones are as many as a key may have; those that have expired do not count.
    @Test func openReservationsOfAKeyAreLimited() async throws {
        let account = try Account(on: try await Servers.shared())
        let (key, other) = (try await account.createdKey(), try await account.createdKey())
        let parent = try await account.reservation(of: key)
        func fill(_ count: Int, expiresAt: Int64, _ prefix: String) throws {
            try account.change(
                """
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))
                INSERT INTO reservations
                    (resid, parent_resid, tenant, client_id, client_user_id, host, public_key_fingerprint, expires_at,
                     created, updated, user_mfa_id, pubkey_id)
                SELECT '\(prefix)-{t}-' || i, 'p', tenant, client_id, client_user_id, host, public_key_fingerprint,
                       \(expiresAt), 0, 0, user_mfa_id, id
                FROM n, pubkeys WHERE tenant = '{t}' AND public_key_fingerprint = '\(key)'
                """)
        }
        try fill(50, expiresAt: 0, "expired")
        try fill(CreateReservation.openMax - 2, expiresAt: Account.never, "open")
        #expect(try await account.reserve(key).status == 201)
        let text = "key \(key) on host \(account.host) has 1000 reservations in force"
        expectRefusal(try await account.reserve(key), 409, text)
        expectRefusal(try await account.extend(parent, of: key), 409, text)
        #expect(try await account.reserve(other).status == 201)
    }

    // MARK: 41

    @Test func extensionLastsAsLongAsItsParent() async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey()
        let parent = try await account.reserve(key, ["ttl_minutes": "30"])
        let id = try #require(parent["resid"])
        let child = try await account.extend(id, of: key)
        #expect(child.status == 201, "\(child.text)")
        #expect(child.memberNames == ["expires_at", "parent_resid", "resid", "result_code", "result_msg"])
        #expect(child["parent_resid"] == id)
        #expect(child["resid"] != id)
        #expect(child["expires_at"] == parent["expires_at"])
        let shown = try await account.asClient("GET", "reservations/\(account.client)/\(child["resid"] ?? "")")
        #expect(shown["parent_resid"] == id)
        expectRefusal(
            try await account.extend(child["resid"] ?? "", of: key), 403, "is itself below another one")
        #expect(try account.reservationCount == 2)
    }

    @Test func parentMustBeThere() async throws {
        let account = try Account(on: try await Servers.shared())
        let other = try account.addClient("other")
        let key = try await account.createdKey()
        let parent = try await account.reservation(of: key)
        expectRefusal(
            try await account.extend("none", of: key), 404,
            "Missing or expired dependency: NOT_FOUND: Reservation none not found for client client in tenant "
                + "\(account.tenant).")
        let body = """
            {"client_user_id": "\(account.user)", "host": "\(account.host)", "public_key_fingerprint": "\(key)", \
            "parent_resid": "\(parent)"}
            """
        expectRefusal(
            try await account.call("POST", "reservations/extend", as: other, body), 404, "not found for client other")
    }

    @Test func expiredParentCannotBeExtended() async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey()
        let parent = try await account.reservation(of: key)
        try account.change("UPDATE reservations SET expires_at = 0 WHERE tenant = '{t}'")
        expectRefusal(
            try await account.extend(parent, of: key), 403,
            "Reservation \(parent) expired at 1970-01-01T00:00:00.000000+00:00.")
    }

    @Test(arguments: ["client_user_id", "host", "public_key_fingerprint"])
    func extensionIsForTheSameWork(name: String) async throws {
        let account = try Account(on: try await Servers.shared())
        try await account.addUser("bob", account: account.account)
        let (key, other) = (try await account.createdKey(), try await account.createdKey())
        let parent = try await account.reservation(of: key)
        let changes = [
            "client_user_id": #""bob""#, "host": #""elsewhere""#, "public_key_fingerprint": "\"\(other)\"",
        ]
        expectRefusal(
            try await account.extend(parent, of: key, changes.filter { $0.key == name }), 403,
            "Reservation \(parent) is not for user ")
        #expect(try account.reservationCount == 1)
    }

    /// What allowed the work may expire while it goes on, but not be taken back.
    @Test func whatAllowedTheWorkMustExist() async throws {
        let account = try Account(on: try await Servers.shared())
        try await account.addUser("bob", account: account.account)
        let key = try await account.createdKey()
        let bob = ["client_user_id": #""bob""#]
        let parent = try #require(try await account.reserve(key, bob)["resid"])
        try account.change(
            """
            UPDATE user_mfa SET expires_at = 0, enabled = 0 WHERE tenant = '{t}';
            UPDATE user_hosts SET expires_at = 0 WHERE tenant = '{t}';
            UPDATE delegations SET expires_at = 0 WHERE tenant = '{t}';
            UPDATE pubkeys SET expires_at = 0, remaining_uses = 0 WHERE tenant = '{t}';
            """)
        #expect(try await account.extend(parent, of: key, bob).status == 201)
        try account.change("DELETE FROM delegations WHERE tenant = '{t}' AND client_user_id = 'bob'")
        expectRefusal(
            try await account.extend(parent, of: key, bob), 403,
            "Missing or expired dependency: Required delegation record not found for client client and client_user_id bob"
        )
        try account.change("DELETE FROM user_hosts WHERE tenant = '{t}' AND tms_user_id = 'bob'")
        expectRefusal(
            try await account.extend(parent, of: key, bob), 403,
            "Missing or expired dependency: Required user host record not found for user bob@")
    }
}

/// Operations 42 to 44, and the list.
@Suite struct ReservationsTests {
    private static let members = [
        "client_id", "client_user_id", "created", "expires_at", "host", "id", "parent_resid", "public_key_fingerprint",
        "resid", "tenant", "updated",
    ]
    private static let envelope = ["result_code", "result_msg"]

    @Test func reservationIsShownAndListedWithExactlyItsMembers() async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey()
        let created = try await account.reserve(key)
        let id = try #require(created["resid"])
        let list = try await account.asClient("GET", "reservations/list")
        #expect(list.status == 200)
        #expect(list.memberNames == ["next", "num_reservations", "reservations"] + Self.envelope)
        #expect(list.integer("num_reservations") == 1)
        let row = try #require(list.rows("reservations").first)
        #expect(row.memberNames == Self.members)
        for shown in [
            try await account.asClient("GET", "reservations/\(account.client)/\(id)"),
            try await account.asAdmin("GET", "reservations/\(account.client)/\(id)"),
        ] {
            #expect(shown.status == 200)
            #expect(shown.memberNames == (Self.members + Self.envelope).sorted())
            for name in Self.members { #expect(shown.value(name) == row[name]) }
        }
        #expect(row.integer("id") != nil)
        for (name, text) in [
            ("resid", id), ("parent_resid", id), ("tenant", account.tenant), ("client_id", account.client),
            ("client_user_id", account.user), ("host", account.host), ("public_key_fingerprint", key),
            ("expires_at", created["expires_at"] ?? ""),
        ] { #expect(row.string(name) == text, "\(name)") }
        #expect(row.string("created") == row.string("updated"))
    }

    @Test func reservationIsOutOfOthersReach() async throws {
        let server = try await Servers.shared()
        let (account, stranger) = (try Account(on: server), try Account(on: server))
        let other = try account.addClient("other")
        let id = try await account.reservation(of: try await account.createdKey())
        for (method, path) in [
            ("GET", "reservations/"), ("DELETE", "reservations/del/"), ("DELETE", "reservations/del/related/"),
        ] {
            expectRefusal(
                try await account.call(method, path + "client/" + id, as: other), 403,
                "differ from those in the request header.")
            for answer in [
                try await account.call(method, path + "other/" + id, as: other),
                try await account.asAdmin(method, path + "other/" + id),
                try await stranger.asClient(method, path + "client/" + id),
                try await stranger.asAdmin(method, path + "client/" + id),
            ] {
                if method == "GET" {
                    expectRefusal(answer, 404, "NOT_FOUND")
                } else {
                    #expect(answer.integer("num_deleted") == 0)
                }
            }
        }
        #expect(try await account.call("GET", "reservations/list", as: other).integer("num_reservations") == 0)
        #expect(try await stranger.asAdmin("GET", "reservations/list").integer("num_reservations") == 0)
        #expect(try account.reservationCount == 1)
    }

    @Test func expiredReservationStaysReadable() async throws {
        let account = try Account(on: try await Servers.shared())
        let id = try await account.reservation(of: try await account.createdKey())
        try account.change("UPDATE reservations SET expires_at = 0 WHERE tenant = '{t}'")
        #expect(try await account.asClient("GET", "reservations/\(account.client)/\(id)").status == 200)
        #expect(try await account.asClient("GET", "reservations/list").integer("num_reservations") == 1)
    }

    // MARK: 43 and 44

    @Test func deletionLeavesThoseBelow() async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey()
        let parent = try await account.reservation(of: key)
        let child = try await account.reservation(below: parent, of: key)
        let path = "reservations/del/\(account.client)/\(parent)"
        let deleted = try await account.asClient("DELETE", path)
        #expect(deleted.status == 200)
        #expect(deleted.memberNames == ["num_deleted"] + Self.envelope)
        #expect(deleted.integer("num_deleted") == 1)
        #expect(deleted["result_msg"] == "Reservation \(parent) deleted")
        let shown = try await account.asClient("GET", "reservations/\(account.client)/\(child)")
        #expect(shown["parent_resid"] == parent)
        let again = try await account.asAdmin("DELETE", path)
        #expect(again.status == 200)
        #expect(again.integer("num_deleted") == 0)
        #expect(
            again["result_msg"]
                == "Reservation \(parent) for \(account.client)@\(account.tenant) NOT FOUND - Nothing deleted")
        // An orphan is still below somebody, so it can be neither extended nor overlooked.
        expectRefusal(try await account.extend(child, of: key), 403, "is itself below another one")
        let rest = try await account.asAdmin("DELETE", "reservations/del/related/\(account.client)/\(parent)")
        #expect(rest.integer("num_deleted") == 1)
        #expect(try account.reservationCount == 0)
        let audit =
            "SELECT COUNT(*) FROM audit WHERE tenant = $1 AND action LIKE 'reservation% deleted'" as StaticString
        #expect(try account.number(audit) == 2)
    }

    @Test func relatedReservationsGoTogether() async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey()
        let (parent, other) = (try await account.reservation(of: key), try await account.reservation(of: key))
        for _ in 0..<3 { _ = try await account.reservation(below: parent, of: key) }
        _ = try await account.reservation(below: other, of: key)
        let path = "reservations/del/related/\(account.client)/\(parent)"
        let deleted = try await account.asClient("DELETE", path)
        #expect(deleted.status == 200)
        #expect(deleted.memberNames == ["num_deleted"] + Self.envelope)
        #expect(deleted.integer("num_deleted") == 4)
        #expect(deleted["result_msg"] == "Reservation \(parent) deleted along with all its children.")
        #expect(try account.reservationCount == 2)
        let again = try await account.asClient("DELETE", path)
        #expect(again.integer("num_deleted") == 0)
        #expect(
            again["result_msg"]
                == "Reservation \(parent) for \(account.client)@\(account.tenant) NOT FOUND - Nothing deleted")
    }

    @Test func childGoesAlone() async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey()
        let parent = try await account.reservation(of: key)
        let child = try await account.reservation(below: parent, of: key)
        let deleted = try await account.asClient("DELETE", "reservations/del/related/\(account.client)/\(child)")
        #expect(deleted.integer("num_deleted") == 1)
        #expect(try account.reservationCount == 1)
    }

    // MARK: List

    @Test func listIsPagedAndFiltered() async throws {
        let account = try Account(on: try await Servers.shared())
        _ = try account.addClient("aclient")
        try await account.addUser("bob", account: account.account)
        let (one, two) = (try await account.createdKey(), try await account.createdKey())
        var ids: [String] = []
        for (key, user) in [(one, "alice"), (two, "alice"), (one, "bob"), (two, "bob"), (one, "alice")] {
            ids.append(try #require(try await account.reserve(key, ["client_user_id": "\"\(user)\""])["resid"]))
        }
        // A client whose name sorts first, with the newest ids.
        try account.change(
            """
            INSERT INTO reservations
                (resid, parent_resid, tenant, client_id, client_user_id, host, public_key_fingerprint, expires_at,
                 created, updated, user_mfa_id, pubkey_id)
            SELECT 'a-' || resid, 'a', tenant, 'aclient', client_user_id, host, public_key_fingerprint, expires_at,
                   created, updated, user_mfa_id, pubkey_id
            FROM reservations WHERE tenant = '{t}' ORDER BY id LIMIT 2
            """)
        let foreign = ids.prefix(2).map { "a-" + $0 }
        let fingerprint = "public_key_fingerprint=" + one.replacing("+", with: "%2B").replacing("/", with: "%2F")
        for limit in [1, 2, 5, 7, 1000] {
            let page = "limit=\(limit)"
            #expect(try await account.reservations(page, as: account.adminHeaders) == foreign + ids)
            #expect(try await account.reservations(page, as: account.clientHeaders) == ids)
            #expect(try await account.reservations(page + "&client_id=client", as: account.adminHeaders) == ids)
            #expect(try await account.reservations(page + "&client_id=aclient", as: account.adminHeaders) == foreign)
            #expect(try await account.reservations(page + "&client_id=aclient", as: account.clientHeaders) == [])
            #expect(
                try await account.reservations(page + "&client_user_id=bob", as: account.adminHeaders)
                    == [ids[2], ids[3]])
            #expect(
                try await account.reservations(page + "&" + fingerprint, as: account.clientHeaders)
                    == [ids[0], ids[2], ids[4]])
        }
    }

    /// A cursor is the caller's to make up; what it leads to is not.
    @Test func madeUpCursorShowsNobodyElsesReservations() async throws {
        let account = try Account(on: try await Servers.shared())
        let other = try account.addClient("other")
        _ = try await account.reservation(of: try await account.createdKey())
        // ["client","0"] and ["","0"]
        for after in ["WyJjbGllbnQiLCIwIl0", "WyIiLCIwIl0"] {
            let path = "reservations/list?after=" + after
            #expect(try await account.asAdmin("GET", path).integer("num_reservations") == 1)
            #expect(try await account.call("GET", path, as: other).integer("num_reservations") == 0)
        }
    }

    @Test(arguments: [
        ("GET", "reservations/client/r", "to view reservation r in tenant {t}."),
        ("GET", "reservations/list", "to list reservations in tenant {t}."),
        ("DELETE", "reservations/del/client/r", "to delete reservation r in tenant {t}."),
        ("DELETE", "reservations/del/related/client/r", "to delete reservation r in tenant {t}."),
    ])
    func wrongSecretIsNotAuthorized(method: String, path: String, text: String) async throws {
        let account = try Account(on: try await Servers.shared())
        var headers = account.adminHeaders
        headers[Header.adminSecret] = "wrong"
        expectRefusal(
            try await account.call(method, path, as: headers), 401,
            "ERROR: NOT AUTHORIZED " + text.replacing("{t}", with: account.tenant))
    }

    // MARK: What they are for

    @Test func workOutlivesItsKeyWhileItIsReserved() async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey()
        let parent = try await account.reservation(of: key)
        let child = try await account.reservation(below: parent, of: key)
        #expect(try await account.asClient("PATCH", "pubkeys", account.key(key, #""ttl_minutes": 0"#)).status == 200)
        #expect(try await account.retrieve(key).status == 200)
        try account.change("UPDATE user_mfa SET expires_at = 0 WHERE tenant = '{t}'")
        #expect(try await account.retrieve(key).status == 200)

        for id in [parent, child] {
            #expect(try await account.retrieve(key).status == 200)
            let path = "reservations/del/\(account.client)/\(id)"
            #expect(try await account.asClient("DELETE", path).integer("num_deleted") == 1)
        }
        expectRefusal(try await account.retrieve(key), 403, "the key has expired")
        expectRefusal(try await account.reserve(key), 403, "expired at")
    }
}

extension Account {
    /// The ids of all pages of the list.
    fileprivate func reservations(_ query: String, as headers: [String: String]) async throws -> [String] {
        var (ids, after): ([String], String) = ([], "")
        while true {
            let page = try await call("GET", "reservations/list?\(query)\(after)", as: headers)
            guard page.status == 200 else { throw TestServer.Failure("\(page.status): \(page.text)") }
            ids += page.rows("reservations").map { $0.string("resid") ?? "?" }
            guard let next = page["next"] else { return ids }
            after = "&after=" + next
        }
    }
}
