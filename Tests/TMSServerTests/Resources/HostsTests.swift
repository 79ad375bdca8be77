import TMSAPI
import TestSupport
import Testing

@Suite struct HostsTests {
    private func body(_ account: Account, host: String = "login1", address: String = "129.114.1.*") -> String {
        #"{"tenant": "\#(account.tenant)", "host": "\#(host)", "addr": "\#(address)"}"#
    }

    @Test func mappingIsMadeShownListedAndDeleted() async throws {
        let account = try Account(on: try await Servers.shared())
        let created = try await account.asAdmin("POST", "hosts", body(account))
        #expect(created.status == 201)
        #expect(created.memberNames == ["addr", "host", "result_code", "result_msg", "tenant"])
        #expect(created["addr"] == "129.114.1.*")

        let list = try await account.asAdmin("GET", "hosts/list")
        #expect(list.status == 200)
        #expect(list.memberNames == ["hosts", "next", "num_mappings", "result_code", "result_msg", "users"])
        #expect(list.json["num_mappings"] == .number("1"))
        let row = try #require(list.rows("users").first)
        #expect(list.rows("hosts") == [row])
        guard case .number(let id)? = row["id"] else { throw TestServer.Failure("no id in \(row)") }

        let shown = try await account.asAdmin("GET", "hosts/" + id)
        #expect(shown.status == 200)
        #expect(
            shown.memberNames == ["addr", "created", "host", "id", "result_code", "result_msg", "tenant", "updated"])
        #expect(shown["host"] == "login1")

        let deleted = try await account.asAdmin("DELETE", "hosts/del", body(account))
        #expect(deleted.status == 200)
        #expect(deleted.json["num_deleted"] == .number("1"))
        #expect(deleted["result_msg"] == "Host login1 -> 129.114.1.* deleted in tenant \(account.tenant)")
        expectRefusal(try await account.asAdmin("GET", "hosts/" + id), 404, "NOT_FOUND")
        let again = try await account.asAdmin("DELETE", "hosts/del", body(account))
        #expect(again.json["num_deleted"] == .number("0"))
        #expect(
            again["result_msg"]
                == "Host mapping login1 -> 129.114.1.* NOT FOUND for tenant \(account.tenant) - Nothing deleted")
        #expect(try account.number("SELECT COUNT(*) FROM audit WHERE tenant = $1") == 2)
    }

    @Test func sameMappingTwiceIsAConflict() async throws {
        let account = try Account(on: try await Servers.shared())
        #expect(try await account.asAdmin("POST", "hosts", body(account)).status == 201)
        expectRefusal(try await account.asAdmin("POST", "hosts", body(account)), 409)
        #expect(try await account.asAdmin("POST", "hosts", body(account, address: "10.0.0.1")).status == 201)
        #expect(try account.number("SELECT COUNT(*) FROM hosts WHERE tenant = $1") == 2)
    }

    @Test(arguments: [("", "10.0.0.1"), ("a b", "10.0.0.1"), ("h", "")])
    func namesAreChecked(host: String, address: String) async throws {
        let account = try Account(on: try await Servers.shared())
        expectRefusal(try await account.asAdmin("POST", "hosts", body(account, host: host, address: address)), 400)
    }

    @Test func hostOfAnotherTenantIsOutOfReach() async throws {
        let server = try await Servers.shared()
        let (account, other) = (try Account(on: server), try Account(on: server))
        expectRefusal(try await account.asAdmin("POST", "hosts", body(other)), 403)
        #expect(try await other.asAdmin("POST", "hosts", body(other)).status == 201)
        #expect(try await account.asAdmin("GET", "hosts/list").json["num_mappings"] == .number("0"))
        guard case .number(let id)? = try await other.asAdmin("GET", "hosts/list").rows("hosts").first?["id"] else {
            throw TestServer.Failure("no host")
        }
        expectRefusal(try await account.asAdmin("GET", "hosts/" + id), 404)
        expectRefusal(try await account.asAdmin("DELETE", "hosts/del", body(other)), 403)
    }

    @Test func listIsPagedAndFiltered() async throws {
        let account = try Account(on: try await Servers.shared())
        for number in 1...5 {
            let made = try await account.asAdmin(
                "POST", "hosts", body(account, host: number == 3 ? "other" : "login", address: "10.0.0.\(number)"))
            #expect(made.status == 201)
        }
        #expect(try await account.addresses("limit=1000") == [["1", "2", "4", "5", "3"]])
        #expect(try await account.addresses("limit=2") == [["1", "2"], ["4", "5"], ["3"]])
        #expect(try await account.addresses("limit=5") == [["1", "2", "4", "5", "3"]])
        #expect(try await account.addresses("limit=2&host=login") == [["1", "2"], ["4", "5"]])
        #expect(try await account.addresses("limit=2&host=none") == [[]])
    }

    @Test(arguments: ["limit=0", "limit=1001", "limit=x", "after=x", "after=WzFd", "after=WyJhIl0"])
    func wrongPageIsRefused(query: String) async throws {
        let account = try Account(on: try await Servers.shared())
        expectRefusal(try await account.asAdmin("GET", "hosts/list?" + query), 400)
    }
}

extension Account {
    /// The last digit of each address, page by page.
    fileprivate func addresses(_ query: String) async throws -> [[String]] {
        try await pages("hosts/list", query, rows: "hosts", "addr").map { $0.map { String($0.suffix(1)) } }
    }
}
