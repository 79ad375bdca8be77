import TMSAPI
import TestSupport
import Testing

/// Operations 5, 6 and 8.
@Suite struct ClientsTests {
    // MARK: Update

    @Test func changesAreCounted() async throws {
        let account = try Account(on: try await Servers.shared())
        let nothing = try await account.asAdmin("PATCH", "client/upd/client")
        #expect(nothing.status == 200)
        #expect(nothing.memberNames == ["fields_updated", "result_code", "result_msg"])
        #expect(nothing.json["fields_updated"] == .number("0"))
        #expect(nothing["result_msg"] == "No updates specified")

        let one = try await account.asAdmin("PATCH", "client/upd/client?app_version=1.2.3-rc.1%2Bb")
        #expect(one.json["fields_updated"] == .number("1"))
        #expect(one["result_msg"] == "1 update(s) to client client completed")
        let two = try await account.asAdmin("PATCH", "client/upd/client?app_version=2.0&enabled=true")
        #expect(two.json["fields_updated"] == .number("2"))
        #expect(two["result_msg"] == "2 update(s) to client client completed")
        // To what it is already.
        let same = try await account.asAdmin("PATCH", "client/upd/client?app_version=2.0")
        #expect(same.json["fields_updated"] == .number("1"))

        let client = try await account.asAdmin("GET", "client/client")
        #expect(client["app_version"] == "2.0")
        #expect(client["updated"] != client["created"])
        #expect(try account.number("SELECT COUNT(*) FROM audit WHERE tenant = $1") == 4)
    }

    @Test func missingClientIsNoError() async throws {
        let account = try Account(on: try await Servers.shared())
        let answer = try await account.asAdmin("PATCH", "client/upd/none?enabled=false&app_version=2")
        #expect(answer.status == 200)
        #expect(answer.json["fields_updated"] == .number("0"))
        #expect(answer["result_msg"] == "0 update(s) to client none completed")
    }

    @Test func clientChangesItsOwnVersionOnly() async throws {
        let account = try Account(on: try await Servers.shared())
        let own = try await account.asClient("PATCH", "client/upd/client?app_version=3.0")
        #expect(own.json["fields_updated"] == .number("1"))
        let other = try await account.asClient("PATCH", "client/upd/other?app_version=3.0")
        expectRefusal(other, 403)
        #expect(
            other["result_msg"]
                == "ERROR: FORBIDDEN - Payload parameters (other@\(account.tenant)) differ from those in the request "
                + "header.")
        let anyone = try await account.wire.send(
            "PATCH", "/v1/tms/client/upd/client?app_version=4", headers: [Header.tenant: account.tenant])
        expectRefusal(anyone, 401)
        #expect(
            anyone["result_msg"] == "ERROR: NOT AUTHORIZED to update client client in tenant \(account.tenant).")
    }

    @Test(arguments: ["enabled=true", "enabled=false", "enabled=true&app_version=9"])
    func onlyAnAdministratorEnablesAndDisables(query: String) async throws {
        let account = try Account(on: try await Servers.shared())
        let refused = try await account.asClient("PATCH", "client/upd/client?" + query)
        expectRefusal(refused, 403)
        #expect(
            refused["result_msg"]
                == "ERROR: FORBIDDEN - Only an administrator of tenant \(account.tenant) may enable or disable a client."
        )
        #expect(
            try account.number("SELECT COUNT(*) FROM clients WHERE tenant = $1 AND enabled AND app_version = '1.0'")
                == 1)
    }

    /// Of two credentials the one that permits the call counts.
    @Test func clientThatIsAdministratorTooDisablesItself() async throws {
        let account = try Account(on: try await Servers.shared())
        let both = account.clientHeaders.merging(account.adminHeaders) { $1 }
        let path = "/v1/tms/client/upd/client?enabled=false"
        #expect(
            try await account.wire.send("PATCH", path, headers: both).json["fields_updated"] == .number("1"))
        #expect(
            try account.number("SELECT COUNT(*) FROM audit WHERE tenant = $1 AND caller LIKE 'admin %'") == 1)
    }

    @Test func disabledClientIsShutOutUntilItIsEnabled() async throws {
        // Remembered for an hour, unless this process changes them.
        let account = try Account(on: try await Servers.shared())
        #expect(try await account.create().status == 201)
        let disabled = try await account.asAdmin("PATCH", "client/upd/client?enabled=false")
        #expect(disabled.json["fields_updated"] == .number("1"))
        expectRefusal(try await account.create(), 401)
        expectRefusal(try await account.asClient("PATCH", "client/upd/client?enabled=true"), 401)
        #expect(try await account.asAdmin("GET", "client/client").value("enabled") == .bool(false))
        #expect(try await account.asAdmin("PATCH", "client/upd/client?enabled=true").status == 200)
        #expect(try await account.create().status == 201)
    }

    @Test func versionOfAnotherClientOfTheApplicationIsAConflict() async throws {
        let account = try Account(on: try await Servers.shared())
        try account.addClient("c2", app: "app", version: "2.0")
        let refused = try await account.asAdmin("PATCH", "client/upd/client?enabled=false&app_version=2.0")
        expectRefusal(refused, 409)
        #expect(
            refused["result_msg"]
                == "ERROR: there is a client of application app version 2.0 in tenant \(account.tenant) already")
        #expect(try account.number("SELECT COUNT(*) FROM clients WHERE tenant = $1 AND enabled") == 2)
    }

    @Test(arguments: ["app_version=", "app_version=one", "app_version=1..2", "enabled=1", "enabled="])
    func wrongValuesAreRefused(query: String) async throws {
        let account = try Account(on: try await Servers.shared())
        expectRefusal(try await account.asAdmin("PATCH", "client/upd/client?" + query), 400)
    }

    // MARK: Delete

    @Test func deletionTakesEverythingThatHangsFromTheClient() async throws {
        let account = try Account(on: try await Servers.shared())
        let fingerprint = try await account.createdKey(["num_uses": "5"])
        #expect(try await account.retrieve(fingerprint, connection: "c").status == 200)
        try account.reserveKeys()
        #expect(try account.number(Self.dependents) == 4)

        let deleted = try await account.asAdmin("DELETE", "client/del/client")
        #expect(deleted.status == 200)
        #expect(deleted.memberNames == ["num_deleted", "result_code", "result_msg"])
        #expect(deleted.json["num_deleted"] == .number("1"))
        #expect(deleted["result_msg"] == "Client client deleted")
        #expect(try account.number(Self.dependents) == 0)
        #expect(try account.number("SELECT COUNT(*) FROM user_hosts WHERE tenant = $1") == 1)
        expectRefusal(try await account.retrieve(fingerprint), 404)
        expectRefusal(try await account.create(), 401)

        let again = try await account.asAdmin("DELETE", "client/del/client")
        #expect(again.json["num_deleted"] == .number("0"))
        #expect(again["result_msg"] == "Client client NOT FOUND - Nothing deleted")
        #expect(
            try account.number("SELECT COUNT(*) FROM audit WHERE tenant = $1 AND action = 'client deleted'") == 1)
    }

    /// Delegations, keys, reservations and tickets of the tenant.
    private static let dependents: StaticString = """
        SELECT (SELECT COUNT(*) FROM delegations WHERE tenant = $1) + (SELECT COUNT(*) FROM pubkeys WHERE tenant = $1)
            + (SELECT COUNT(*) FROM reservations WHERE tenant = $1)
            + (SELECT COUNT(*) FROM login_tickets t JOIN pubkeys k ON k.id = t.pubkey_id WHERE k.tenant = $1)
        """

    @Test func clientDeletesItselfAndNoOther() async throws {
        let account = try Account(on: try await Servers.shared())
        try account.addClient("c2", app: "app", version: "2.0")
        expectRefusal(
            try await account.asClient("DELETE", "client/del/c2"), 403,
            "ERROR: FORBIDDEN - Payload parameters (c2@\(account.tenant)) differ")
        #expect(try await account.asClient("DELETE", "client/del/client").json["num_deleted"] == .number("1"))
        let refused = try await account.asClient("DELETE", "client/del/client")
        expectRefusal(refused, 401)
        #expect(
            refused["result_msg"] == "ERROR: NOT AUTHORIZED to delete client client in tenant \(account.tenant).")
        #expect(try account.number("SELECT COUNT(*) FROM clients WHERE tenant = $1") == 1)
    }

    @Test func clientOfAnotherTenantIsOutOfReach() async throws {
        let server = try await Servers.shared()
        let (account, other) = (try Account(on: server), try Account(on: server))
        try other.addClient("theirs", app: "app", version: "2.0")
        #expect(try await account.asAdmin("DELETE", "client/del/theirs").json["num_deleted"] == .number("0"))
        #expect(
            try await account.asAdmin("PATCH", "client/upd/theirs?enabled=false").json["fields_updated"]
                == .number("0"))
        expectRefusal(try await account.asAdmin("PATCH", "client/secret/theirs"), 404)
        #expect(try await account.asAdmin("GET", "client/list").rows("clients").count == 1)
        #expect(
            try other.number("SELECT COUNT(*) FROM clients WHERE tenant = $1 AND enabled") == 2)
    }

    // MARK: List

    @Test func administratorListsAllAndAClientItself() async throws {
        let account = try Account(on: try await Servers.shared())
        try account.addClient("Zed", app: "app", version: "2.0", enabled: false)
        let all = try await account.asAdmin("GET", "client/list")
        #expect(all.status == 200)
        #expect(all.memberNames == ["clients", "next", "num_clients", "result_code", "result_msg"])
        #expect(all.json["num_clients"] == .number("2"))
        #expect(all.json["next"] == .null)
        #expect(all.rows("clients").map { $0["client_id"] } == [.string("Zed"), .string("client")])
        let zed = try #require(all.rows("clients").first)
        guard case .object(let members) = zed else { throw TestServer.Failure("no object: \(zed)") }
        #expect(
            members.map(\.name).sorted() == [
                "app_name", "app_version", "client_id", "created", "enabled", "id", "tenant", "updated",
            ])
        #expect(zed["enabled"] == .number("0"))
        #expect(all.rows("clients").last?["enabled"] == .number("1"))

        let own = try await account.asClient("GET", "client/list")
        #expect(own.json["num_clients"] == .number("1"))
        #expect(own.rows("clients") == all.rows("clients").suffix(1))
        let refused = try await account.wire.send(
            "GET", "/v1/tms/client/list", headers: [Header.tenant: account.tenant])
        expectRefusal(refused, 401)
        #expect(refused["result_msg"] == "ERROR: NOT AUTHORIZED to list clients in tenant \(account.tenant).")
    }

    @Test func listIsPagedAndFiltered() async throws {
        let account = try Account(on: try await Servers.shared())
        for number in 1...4 {
            try account.addClient(
                "c\(number)", app: number == 3 ? "other" : "app", version: "2.\(number)", enabled: number != 2)
        }
        #expect(try await account.clientIDs("limit=1000") == [["c1", "c2", "c3", "c4", "client"]])
        #expect(try await account.clientIDs("limit=2") == [["c1", "c2"], ["c3", "c4"], ["client"]])
        #expect(try await account.clientIDs("limit=2&enabled=true") == [["c1", "c3"], ["c4", "client"]])
        #expect(try await account.clientIDs("limit=1000&enabled=false") == [["c2"]])
        #expect(try await account.clientIDs("limit=2&app_name=app") == [["c1", "c2"], ["c4", "client"]])
        #expect(try await account.clientIDs("limit=2&app_name=app&enabled=false") == [["c2"]])
        expectRefusal(try await account.asAdmin("GET", "client/list?enabled=maybe"), 400)
        expectRefusal(try await account.asAdmin("GET", "client/list?after=WyJhIl0"), 400)
        // ["a\u0000","1"]
        expectRefusal(try await account.asAdmin("GET", "client/list?after=WyJhXHUwMDAwIiwiMSJd"), 400, "'after'")
    }
}

extension Account {
    fileprivate func addClient(_ id: String, app: String, version: String, enabled: Bool = true) throws {
        try change(
            """
            INSERT INTO clients (tenant, app_name, app_version, client_id, client_secret, enabled, created, updated)
            VALUES ('{t}', '\(app)', '\(version)', '\(id)', '', \(enabled ? 1 : 0), 0, 0)
            """)
    }

    /// Page by page.
    fileprivate func clientIDs(_ query: String) async throws -> [[String]] {
        var (pages, after): ([[String]], String) = ([], "")
        while true {
            let page = try await asAdmin("GET", "client/list?\(query)\(after)")
            guard page.status == 200 else { throw TestServer.Failure("\(page.status): \(page.text)") }
            pages.append(
                page.rows("clients").map { row in if case .string(let id)? = row["client_id"] { id } else { "?" } })
            guard let next = page["next"] else { return pages }
            after = "&after=" + next
        }
    }
}
