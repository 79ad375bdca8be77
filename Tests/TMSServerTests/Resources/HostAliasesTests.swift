import TMSAPI
import TestSupport
import Testing

@Suite struct HostAliasesTests {
    private func create(_ account: Account, _ alias: String, of host: String = "login1") async throws -> Wire.Answer {
        try await account.asAdmin("POST", "hosts/aliases", account.body(["alias": alias, "host": host]))
    }

    private func delete(_ account: Account, _ alias: String) async throws -> Wire.Answer {
        try await account.asAdmin("DELETE", "hosts/aliases/del", account.body(["alias": alias]))
    }

    @Test func aliasIsMadeListedAndDeleted() async throws {
        let account = try Account(on: try await Servers.shared())
        let created = try await create(account, "l1")
        #expect(created.status == 201)
        #expect(created.memberNames == ["alias", "host", "result_code", "result_msg", "tenant"])
        #expect(created["alias"] == "l1")
        #expect(created["host"] == "login1")
        #expect(created["tenant"] == account.tenant)

        let list = try await account.asAdmin("GET", "hosts/aliases/list")
        #expect(list.status == 200)
        #expect(list.memberNames == ["aliases", "next", "num_aliases", "result_code", "result_msg"])
        #expect(list.json["num_aliases"] == .number("1"))
        let row = try #require(list.rows("aliases").first)
        guard case .object(let members) = row else { throw TestServer.Failure("\(row) is no object") }
        #expect(members.map(\.name).sorted() == ["alias", "created", "host", "id", "tenant"])
        #expect(row["alias"] == .string("l1"))
        #expect(row["host"] == .string("login1"))

        #expect(
            try await delete(account, "l1").outcome == Outcome(1, "Host alias l1 deleted in tenant \(account.tenant)"))
        let again = Outcome(0, "Host alias l1 NOT FOUND for tenant \(account.tenant) - Nothing deleted")
        #expect(try await delete(account, "l1").outcome == again)
        #expect(try account.number("SELECT COUNT(*) FROM host_aliases WHERE tenant = $1") == 0)
        #expect(
            try account.number(
                """
                SELECT COUNT(*) FROM audit WHERE tenant = $1 AND subject = 'host alias l1'
                    AND (action = 'host alias created' AND new_value = 'login1'
                         OR action = 'host alias deleted' AND old_value = 'login1')
                """) == 2)
    }

    @Test func aliasBelongsToOneHostOfATenant() async throws {
        let server = try await Servers.shared()
        let (account, other) = (try Account(on: server), try Account(on: server))
        #expect(try await create(account, "l1").status == 201)
        for host in ["login1", "login2"] {
            expectRefusal(
                try await create(account, "l1", of: host), 409,
                "ERROR: there is a host alias l1 in tenant \(account.tenant) already")
        }
        #expect(try await create(account, "l2").status == 201)
        #expect(try await create(other, "l1", of: "login2").status == 201)
        #expect(try account.number("SELECT COUNT(*) FROM host_aliases WHERE tenant = $1") == 2)
    }

    @Test(arguments: [("login1", "login1"), ("", "login1"), ("l1", ""), ("*", "login1"), ("l1", "a b")])
    func namesAreChecked(alias: String, host: String) async throws {
        let account = try Account(on: try await Servers.shared())
        expectRefusal(try await create(account, alias, of: host), 400, "'")
        #expect(try account.number("SELECT COUNT(*) FROM host_aliases WHERE tenant = $1") == 0)
    }

    @Test func listIsPagedAndFiltered() async throws {
        let account = try Account(on: try await Servers.shared())
        for alias in ["d", "a", "c", "b"] {
            #expect(try await create(account, alias, of: alias == "b" ? "login2" : "login1").status == 201)
        }
        func aliases(_ query: String) async throws -> [[String]] {
            try await account.pages("hosts/aliases/list", query, rows: "aliases", "alias")
        }
        #expect(try await aliases("limit=1000") == [["a", "b", "c", "d"]])
        #expect(try await aliases("limit=3") == [["a", "b", "c"], ["d"]])
        #expect(try await aliases("limit=2&host=login1") == [["a", "c"], ["d"]])
        #expect(try await aliases("host=none") == [[]])
    }

    @Test func aliasOfAnotherTenantIsOutOfReach() async throws {
        let server = try await Servers.shared()
        let (account, other) = (try Account(on: server), try Account(on: server))
        #expect(try await create(other, "l1").status == 201)
        #expect(try await account.pages("hosts/aliases/list", rows: "aliases", "alias") == [[]])
        for (method, path) in [("POST", "hosts/aliases"), ("DELETE", "hosts/aliases/del")] {
            let body = other.body(["alias": "l1", "host": "login1"])
            expectRefusal(try await account.asAdmin(method, path, body), 403, "does not match the tenant")
        }
        #expect(try await delete(account, "l1").outcome.count == "0")
        #expect(try other.number("SELECT COUNT(*) FROM host_aliases WHERE tenant = $1") == 1)
    }

    @Test(arguments: [
        Denial("POST", "hosts/aliases", "to add an alias of host login1 in tenant {t}."),
        Denial("GET", "hosts/aliases/list", "to list host aliases in tenant {t}."),
        Denial("DELETE", "hosts/aliases/del", "to delete host alias l1 in tenant {t}."),
    ])
    func clientIsNoAdministrator(denial: Denial) async throws {
        let account = try Account(on: try await Servers.shared())
        try await denial.expect(on: account, body: account.body(["alias": "l1", "host": "login1"]))
    }
}
