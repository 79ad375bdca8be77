import TMSAPI
import TestSupport
import Testing

/// Operations 16 to 19: keys that exist.
@Suite struct PubkeysTests {
    private static let members = [
        "client_id", "client_user_id", "created", "expires_at", "host", "host_account", "id", "initial_ttl_minutes",
        "key_bits", "key_type", "max_uses", "public_key", "public_key_fingerprint", "remaining_uses", "tenant",
        "updated",
    ]
    private static let envelope = ["result_code", "result_msg"]

    /// The row of the tenant's only key.
    private func row(_ account: Account) async throws -> JSONValue {
        let rows = try await account.asAdmin("GET", "pubkeys/list").rows("pubkeys")
        #expect(rows.count == 1)
        return try #require(rows.first)
    }

    // MARK: 16 and 17

    @Test func keyIsShownAndListedWithExactlyItsMembers() async throws {
        let account = try Account(on: try await Servers.shared())
        let created = try await account.create(["num_uses": "5", "ttl_minutes": "60"])
        let list = try await account.asClient("GET", "pubkeys/list")
        #expect(list.status == 200)
        #expect(list.memberNames == ["next", "num_pubkeys", "pubkeys"] + Self.envelope)
        #expect(list.integer("num_pubkeys") == 1)
        let row = try #require(list.rows("pubkeys").first)
        #expect(row.memberNames == Self.members)

        let id = try #require(row.integer("id"))
        for shown in [
            try await account.asClient("GET", "pubkeys/id/\(id)"), try await account.asAdmin("GET", "pubkeys/id/\(id)"),
        ] {
            #expect(shown.status == 200)
            #expect(shown.memberNames == (Self.members + Self.envelope).sorted())
            for name in Self.members { #expect(shown.value(name) == row[name]) }
        }
        for (name, number) in [
            ("key_bits", 256), ("max_uses", 5), ("remaining_uses", 5), ("initial_ttl_minutes", 60),
        ] { #expect(row.integer(name) == number, "\(name)") }
        for name in ["public_key", "public_key_fingerprint", "key_type", "expires_at"] {
            #expect(row.string(name) == created[name], "\(name)")
        }
        #expect(row.string("client_id") == account.client)
        #expect(row.string("client_user_id") == account.user)
        #expect(row.string("host") == account.host)
        #expect(row.string("host_account") == account.account)
        #expect(row.string("tenant") == account.tenant)
        #expect(row.string("created") == row.string("updated"))
    }

    @Test func keyWithoutLimitsHasTheLargestNumbers() async throws {
        let account = try Account(on: try await Servers.shared())
        _ = try await account.createdKey()
        let row = try await row(account)
        for name in ["max_uses", "remaining_uses", "initial_ttl_minutes"] {
            #expect(row.integer(name) == 2_147_483_647)
        }
        #expect(row.string("expires_at") == "9999-12-31T23:59:59.000000+00:00")
    }

    @Test func clientSeesItsOwnOnly() async throws {
        let account = try Account(on: try await Servers.shared())
        let other = try account.addClient("other")
        _ = try await account.createdKey()
        let id = try #require(try await row(account).integer("id"))
        expectRefusal(try await account.call("GET", "pubkeys/id/\(id)", as: other), 404, "NOT_FOUND")
        for query in ["", "?client_id=\(account.client)", "?client_id=other", "?limit=1"] {
            let list = try await account.call("GET", "pubkeys/list" + query, as: other)
            #expect(list.status == 200)
            #expect(list.integer("num_pubkeys") == 0)
        }
        #expect(try await account.asClient("GET", "pubkeys/list?client_id=client").integer("num_pubkeys") == 1)
        #expect(try await account.asClient("GET", "pubkeys/list?client_id=other").integer("num_pubkeys") == 0)
    }

    @Test func keyOfAnotherTenantIsOutOfReach() async throws {
        let server = try await Servers.shared()
        let (account, stranger) = (try Account(on: server), try Account(on: server))
        let fingerprint = try await account.createdKey()
        let id = try #require(try await row(account).integer("id"))
        expectRefusal(try await stranger.asAdmin("GET", "pubkeys/id/\(id)"), 404, "NOT_FOUND")
        #expect(try await stranger.asAdmin("GET", "pubkeys/list").integer("num_pubkeys") == 0)
        for (method, path) in [("PATCH", "pubkeys"), ("DELETE", "pubkeys/del")] {
            let body = account.key(fingerprint, #""ttl_minutes": 0"#)
            expectRefusal(try await stranger.asAdmin(method, path, body), 403, "FORBIDDEN")
        }
        #expect(try await account.retrieve(fingerprint).status == 200)
    }

    @Test(arguments: ["0", "2147483647", "-1"])
    func unknownNumberIsNotFound(number: String) async throws {
        let account = try Account(on: try await Servers.shared())
        expectRefusal(try await account.asAdmin("GET", "pubkeys/id/" + number), 404, "NOT_FOUND")
        expectRefusal(try await account.asClient("GET", "pubkeys/id/" + number), 404, "NOT_FOUND")
    }

    @Test(arguments: ["x", "2147483648", "1.0"])
    func whatIsNoNumberIsABadRequest(number: String) async throws {
        let account = try Account(on: try await Servers.shared())
        expectRefusal(try await account.asAdmin("GET", "pubkeys/id/" + number), 400, "seqno")
    }

    // MARK: 18

    @Test func newLimitOfUsesKeepsThoseTaken() async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey(["num_uses": "5"])
        for connection in ["one", "two"] {
            #expect(try await account.retrieve(key, connection: connection).status == 200)
        }
        for (asked, usesMax, remaining) in [
            ("10", 10, 8), ("3", 3, 1), ("2", 2, 0), ("9", 9, 7), ("1", 1, 0), ("0", 0, 0),
        ] {
            let updated = try await account.asClient("PATCH", "pubkeys", account.key(key, "\"max_uses\": \(asked)"))
            #expect(updated.status == 200)
            #expect(updated.memberNames == ["fields_updated"] + Self.envelope)
            #expect(updated.integer("fields_updated") == 1)
            #expect(updated["result_msg"] == "1 update(s) to client \(account.client) completed")
            let row = try await row(account)
            #expect(row.integer("max_uses") == usesMax)
            #expect(row.integer("remaining_uses") == remaining)
        }
        expectRefusal(try await account.retrieve(key, connection: "three"), 403, "the key has no uses left")
    }

    @Test(arguments: ["2147483647", "2147483648", "4294967295", "-1", "-2147483648"])
    func manyAndNegativeUsesAreUnlimited(asked: String) async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey(["num_uses": "1"])
        #expect(try await account.retrieve(key, connection: "one").status == 200)
        #expect(
            try await account.asClient("PATCH", "pubkeys", account.key(key, "\"max_uses\": \(asked)")).status == 200)
        let row = try await row(account)
        #expect(row.integer("max_uses") == 2_147_483_647)
        #expect(row.integer("remaining_uses") == 2_147_483_646)
        for number in 0..<3 { #expect(try await account.retrieve(key, connection: "c\(number)").status == 200) }
    }

    @Test func timeToLiveCountsFromNow() async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey(["ttl_minutes": "7"])
        let first = try #require(Timestamp(rfc3339: try await row(account).string("created") ?? ""))

        #expect(try await account.asClient("PATCH", "pubkeys", account.key(key, #""ttl_minutes": 0"#)).status == 200)
        expectRefusal(try await account.retrieve(key), 403, "the key has expired")

        let updated = try await account.asAdmin("PATCH", "pubkeys", account.key(key, #""ttl_minutes": 60"#))
        #expect(updated.integer("fields_updated") == 1)
        let row = try await row(account)
        let expiry = try #require(Timestamp(rfc3339: row.string("expires_at") ?? ""))
        let changed = try #require(Timestamp(rfc3339: row.string("updated") ?? ""))
        #expect(expiry == changed.adding(seconds: 3600))
        #expect(changed > first)
        #expect(row.string("created") == first.description)
        #expect(row.integer("initial_ttl_minutes") == 7)
        #expect(row.integer("max_uses") == 2_147_483_647)
        #expect(try await account.retrieve(key).status == 200)

        #expect(try await account.asClient("PATCH", "pubkeys", account.key(key, #""ttl_minutes": -1"#)).status == 200)
        #expect(try await self.row(account).string("expires_at") == Timestamp.never.description)
    }

    @Test func bothLimitsAreTwoUpdates() async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey()
        let body = account.key(key, #""max_uses": 3, "ttl_minutes": 4294967295"#)
        let updated = try await account.asClient("PATCH", "pubkeys", body)
        #expect(updated.integer("fields_updated") == 2)
        #expect(updated["result_msg"] == "2 update(s) to client \(account.client) completed")
        let changes = "SELECT COUNT(*) FROM audit WHERE tenant = $1 AND action = 'pubkey updated'" as StaticString
        #expect(try account.number(changes) == 1)
    }

    @Test(arguments: ["", #""max_uses": null, "ttl_minutes": null"#])
    func nothingAskedIsNothingUpdated(members: String) async throws {
        let account = try Account(on: try await Servers.shared())
        for key in [try await account.createdKey(), "SHA256:none"] {
            let updated = try await account.asClient("PATCH", "pubkeys", account.key(key, members))
            #expect(updated.status == 200)
            #expect(updated.integer("fields_updated") == 0)
            #expect(updated["result_msg"] == "No updates specified")
        }
    }

    @Test(arguments: [
        #""max_uses": "3""#, #""max_uses": 1.0"#, #""ttl_minutes": 4294967296"#, #""ttl_minutes": true"#,
    ])
    func whatIsNoNumberChangesNothing(members: String) async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey()
        expectRefusal(try await account.asClient("PATCH", "pubkeys", account.key(key, members)), 400)
        let row = try await row(account)
        #expect(row.string("created") == row.string("updated"))
    }

    @Test func missingKeyCannotBeUpdated() async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey()
        let elsewhere = account.key(key, #""max_uses": 1"#).replacing(account.host, with: "elsewhere")
        for body in [account.key("SHA256:none", #""max_uses": 1"#), elsewhere] {
            expectRefusal(try await account.asClient("PATCH", "pubkeys", body), 404, "NOT_FOUND")
        }
    }

    @Test func otherClientsKeyIsForbidden() async throws {
        let account = try Account(on: try await Servers.shared())
        let other = try account.addClient("other")
        let key = try await account.createdKey()
        let text = "Payload parameters (client@\(account.tenant)) differ from those in the request header."
        for (method, path) in [("PATCH", "pubkeys"), ("DELETE", "pubkeys/del")] {
            let body = account.key(key, #""ttl_minutes": 0"#)
            expectRefusal(try await account.call(method, path, as: other, body), 403, text)
        }
        // Under its own name it has no such key.
        let own = account.key(key, #""ttl_minutes": 0"#, client: "other")
        expectRefusal(try await account.call("PATCH", "pubkeys", as: other, own), 404)
        #expect(try await account.call("DELETE", "pubkeys/del", as: other, own).integer("num_deleted") == 0)
        #expect(try await account.retrieve(key).status == 200)
    }

    // MARK: 19

    @Test func deletedKeyTakesReservationsAndTicketsAlong() async throws {
        let account = try Account(on: try await Servers.shared())
        let (key, kept) = (try await account.createdKey(["num_uses": "5"]), try await account.createdKey())
        #expect(try await account.retrieve(key, connection: "one").status == 200)
        for fingerprint in [key, key, kept] { _ = try await account.reservation(of: fingerprint) }

        let deleted = try await account.asClient("DELETE", "pubkeys/del", account.key(key))
        #expect(deleted.status == 200)
        #expect(deleted.memberNames == ["num_deleted"] + Self.envelope)
        #expect(deleted.integer("num_deleted") == 1)
        #expect(deleted["result_msg"] == "Pubkey \(key) for host \(account.host) deleted")
        #expect(try account.number("SELECT COUNT(*) FROM pubkeys WHERE tenant = $1") == 1)
        #expect(try account.number("SELECT COUNT(*) FROM reservations WHERE tenant = $1") == 1)
        let tickets = """
            SELECT COUNT(*) FROM login_tickets t LEFT JOIN pubkeys k ON k.id = t.pubkey_id
            WHERE k.id IS NULL OR k.tenant = $1
            """ as StaticString
        #expect(try account.number(tickets) == 0)
        #expect(
            try account.number("SELECT COUNT(*) FROM audit WHERE tenant = $1 AND action = 'pubkey deleted'") == 1)
        expectRefusal(try await account.retrieve(key), 404, "NOT_FOUND")
        #expect(try await account.retrieve(kept).status == 200)

        let again = try await account.asAdmin("DELETE", "pubkeys/del", account.key(key))
        #expect(again.status == 200)
        #expect(again.integer("num_deleted") == 0)
        #expect(
            again["result_msg"]
                == "Pubkey \(key) NOT FOUND for host \(account.host) and client \(account.client) - Nothing deleted")
    }

    @Test func administratorDeletesAClientsKey() async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey()
        #expect(try await account.asAdmin("DELETE", "pubkeys/del", account.key(key)).integer("num_deleted") == 1)
        expectRefusal(try await account.retrieve(key), 404)
    }

    // MARK: Credentials

    @Test(arguments: [
        ("GET", "pubkeys/id/7", "to view pubkey #7 in tenant {t}."),
        ("GET", "pubkeys/list", "to list clients in tenant {t}."),
        ("PATCH", "pubkeys", "to update client client in tenant {t}."),
        ("DELETE", "pubkeys/del", "to delete public key client in tenant {t}."),
    ])
    func wrongSecretIsNotAuthorized(method: String, path: String, text: String) async throws {
        let account = try Account(on: try await Servers.shared())
        var headers = account.clientHeaders
        headers[Header.clientSecret] = "wrong"
        let answer = try await account.call(
            method, path, as: headers, method == "GET" ? nil : account.key("SHA256:x"))
        expectRefusal(answer, 401, "NOT AUTHORIZED " + text.replacing("{t}", with: account.tenant))
    }
}
