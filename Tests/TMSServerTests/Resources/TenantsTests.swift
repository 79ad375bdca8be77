import Foundation
import TMSAPI
import TMSStore
import TestSupport
import Testing

/// Operations 30 to 33.
@Suite struct TenantsTests {
    private func asDefault(
        _ server: TestServer, _ method: String, _ path: String, _ body: String? = nil
    ) async throws -> Wire.Answer {
        try await Wire(server.url).send(
            method, "/v1/tms/" + path, headers: try server.defaultAdminHeaders(), body: body)
    }

    private func body(_ tenant: String, enabled: Bool) -> String {
        #"{"tenant": "\#(tenant)", "enabled": \#(enabled)}"#
    }

    private func newName() -> String { "new" + UUID().uuidString.lowercased() }

    // MARK: Create

    @Test func newTenantHasAnAdministratorWhoseSecretWorks() async throws {
        let server = try await Servers.shared()
        let tenant = newName()
        let answer = try await asDefault(server, "POST", "tenants/" + tenant)
        #expect(answer.status == 201)
        #expect(
            answer.memberNames == ["admin_id", "admin_secret", "enabled", "result_code", "result_msg", "tenant"])
        #expect(answer["admin_id"] == "~~admin")
        #expect(answer["tenant"] == tenant)
        #expect(answer["result_msg"] == "success")
        #expect(answer.value("enabled") == .bool(true))
        let secret = try #require(answer["admin_secret"])
        #expect(isSecret(secret))
        let headers = [Header.tenant: tenant, Header.adminID: "~~admin", Header.adminSecret: secret]
        let admins = try await Wire(server.url).send("GET", "/v1/tms/admins/list", headers: headers)
        #expect(admins.rows("admins").map { $0["privilege"] } == [.string("PERM_ADMIN")])
        #expect(try server.number("SELECT COUNT(*) FROM audit WHERE tenant = $1", .text(tenant)) == 2)
    }

    @Test func nameIsTakenOnceAndChecked() async throws {
        let account = try Account(on: try await Servers.shared())
        let twice = try await asDefault(account.server, "POST", "tenants/" + account.tenant)
        expectRefusal(twice, 409)
        #expect(twice["result_msg"] == "ERROR: there is a tenant \(account.tenant) already")
        #expect(try account.number("SELECT COUNT(*) FROM admin WHERE tenant = $1") == 1)
        for name in ["a%20b", "%2A", "x%27y"] {
            expectRefusal(try await asDefault(account.server, "POST", "tenants/" + name), 400, "tenant")
        }
    }

    @Test func onlyAdministratorsOfDefaultMakeTenants() async throws {
        let account = try Account(on: try await Servers.shared())
        let tenant = newName()
        let foreign = try await account.asAdmin("POST", "tenants/" + tenant)
        expectRefusal(foreign, 403)
        #expect(
            foreign["result_msg"]
                == "ERROR: FORBIDDEN - Only admin users in the 'default' tenant can create new tenants.")
        expectRefusal(try await account.asClient("POST", "tenants/" + tenant), 401)
        let wrong = try account.server.defaultAdminHeaders().merging([Header.adminSecret: "wrong"]) { $1 }
        let refused = try await account.wire.send("POST", "/v1/tms/tenants/" + tenant, headers: wrong)
        expectRefusal(refused, 401)
        #expect(refused["result_msg"] == "ERROR: NOT AUTHORIZED to add a new tenant.")
        #expect(try account.server.number("SELECT COUNT(*) FROM tenants WHERE tenant = $1", .text(tenant)) == 0)
    }

    // MARK: Get and list

    @Test func callersSeeTheirTenantAndDefaultSeesAny() async throws {
        let server = try await Servers.shared()
        let (account, other) = (try Account(on: server), try Account(on: server))
        for answer in [
            try await account.asClient("GET", "tenants/" + account.tenant),
            try await account.asAdmin("GET", "tenants/" + account.tenant),
            try await asDefault(server, "GET", "tenants/" + account.tenant),
        ] {
            #expect(answer.status == 200)
            #expect(
                answer.memberNames == ["created", "enabled", "id", "result_code", "result_msg", "tenant", "updated"])
            #expect(answer["tenant"] == account.tenant)
            #expect(answer.value("enabled") == .bool(true))
            #expect(answer["created"] == "1970-01-01T00:00:00.000000+00:00")
            guard case .number = answer.value("id") else { throw TestServer.Failure("id is no number") }
        }
        expectRefusal(try await account.asClient("GET", "tenants/" + other.tenant), 403)
        expectRefusal(try await account.asAdmin("GET", "tenants/" + other.tenant), 403)
        expectRefusal(try await account.asAdmin("GET", "tenants/none"), 403)
        let none = try await asDefault(server, "GET", "tenants/none")
        expectRefusal(none, 404)
        #expect(none["result_msg"] == "NOT_FOUND")
        let anyone = try await account.wire.send(
            "GET", "/v1/tms/tenants/" + account.tenant, headers: [Header.tenant: account.tenant])
        expectRefusal(anyone, 401)
        #expect(anyone["result_msg"] == "ERROR: NOT AUTHORIZED to view tenant \(account.tenant).")
    }

    @Test func listHoldsTheCallersTenantOnly() async throws {
        let account = try Account(on: try await Servers.shared())
        for list in [
            try await account.asClient("GET", "tenants/list"), try await account.asAdmin("GET", "tenants/list"),
        ] {
            #expect(list.status == 200)
            #expect(list.memberNames == ["next", "num_tenants", "result_code", "result_msg", "tenants"])
            #expect(list.json["num_tenants"] == .number("1"))
            let row = try #require(list.rows("tenants").first)
            guard case .object(let members) = row else { throw TestServer.Failure("no object: \(row)") }
            #expect(members.map(\.name).sorted() == ["created", "enabled", "id", "tenant", "updated"])
            #expect(row["tenant"] == .string(account.tenant))
            #expect(row["enabled"] == .number("1"))
        }
        #expect(try await account.asAdmin("GET", "tenants/list?enabled=false").rows("tenants").isEmpty)
        let anyone = try await account.wire.send(
            "GET", "/v1/tms/tenants/list", headers: [Header.tenant: account.tenant])
        expectRefusal(anyone, 401)
        #expect(anyone["result_msg"] == "ERROR: NOT AUTHORIZED to list tenants.")
    }

    @Test func defaultListsAllByIdInPages() async throws {
        try await Servers.withOwn { server in
            let (first, second) = (try Account(on: server), try Account(on: server))
            try first.change("UPDATE tenants SET enabled = 0 WHERE tenant = '{t}'")
            func names(_ query: String) async throws -> (names: [JSONValue?], next: String?) {
                let list = try await asDefault(server, "GET", "tenants/list?" + query)
                return (list.rows("tenants").map { $0["tenant"] }, list["next"])
            }
            let all: [JSONValue?] = [
                .string("default"), .string("test"), .string(first.tenant), .string(second.tenant),
            ]
            #expect(try await names("").names == all)
            let page = try await names("limit=3")
            #expect(page.names == Array(all.prefix(3)))
            #expect(try await names("limit=3&after=" + (page.next ?? "")).names == [all[3]])
            #expect(try await names("enabled=false").names == [all[2]])
            #expect(try await names("enabled=true&limit=10").names == [all[0], all[1], all[3]])
        }
    }

    // MARK: Enable and disable

    @Test func disabledTenantIsShutAndOnlyDefaultOpensIt() async throws {
        let account = try Account(on: try await Servers.shared())
        let tenant = account.tenant
        #expect(try await account.create().status == 201)
        let disabled = try await account.asAdmin("PATCH", "tenants/upd", body(tenant, enabled: false))
        #expect(disabled.status == 200)
        #expect(disabled.memberNames == ["fields_updated", "result_code", "result_msg"])
        #expect(disabled.json["fields_updated"] == .number("1"))
        #expect(disabled["result_msg"] == "1 update(s) to tenant \(tenant) completed, enabled = false")
        for refused in [
            try await account.create(),
            try await account.asAdmin("PATCH", "tenants/upd", body(tenant, enabled: true)),
        ] {
            expectRefusal(refused, 400)
            #expect(refused["result_msg"] == "Tenant not enabled.")
        }
        #expect(
            try await asDefault(account.server, "GET", "tenants/" + tenant).value("enabled") == .bool(false))

        let enabled = try await asDefault(account.server, "PATCH", "tenants/upd", body(tenant, enabled: true))
        #expect(enabled.json["fields_updated"] == .number("1"))
        #expect(enabled["result_msg"] == "1 update(s) to tenant \(tenant) completed, enabled = true")
        #expect(try await account.create().status == 201)
        let again = try await asDefault(account.server, "PATCH", "tenants/upd", body(tenant, enabled: true))
        #expect(again.json["fields_updated"] == .number("1"))
        #expect(
            try account.number("SELECT COUNT(*) FROM audit WHERE tenant = $1 AND action = 'tenant updated'") == 2)
    }

    @Test func defaultCannotBeDisabled() async throws {
        let server = try await Servers.shared()
        expectRefusal(
            try await asDefault(server, "PATCH", "tenants/upd", body("default", enabled: false)), 409,
            "tenant default is protected and cannot be disabled")
        #expect(try await asDefault(server, "PATCH", "tenants/upd", body("default", enabled: true)).status == 200)
    }

    @Test func tenantThatIsNotThereIsNotUpdated() async throws {
        let server = try await Servers.shared()
        let answer = try await asDefault(server, "PATCH", "tenants/upd", body("none", enabled: true))
        #expect(answer.status == 200)
        #expect(answer.json["fields_updated"] == .number("0"))
        #expect(answer["result_msg"] == "0 update(s) to tenant none completed, enabled = true")
    }

    @Test func onlyAdministratorsUpdateAndOnlyTheirOwn() async throws {
        let server = try await Servers.shared()
        let (account, other) = (try Account(on: server), try Account(on: server))
        expectRefusal(try await account.asAdmin("PATCH", "tenants/upd", body(other.tenant, enabled: false)), 403)
        let refused = try await account.asClient("PATCH", "tenants/upd", body(account.tenant, enabled: false))
        expectRefusal(refused, 401)
        #expect(refused["result_msg"] == "ERROR: NOT AUTHORIZED to update tenant \(account.tenant).")
        for missing in [#"{"tenant": "t"}"#, #"{"enabled": true}"#, #"{"tenant": "t", "enabled": 1}"#] {
            expectRefusal(try await account.asAdmin("PATCH", "tenants/upd", missing), 400)
        }
    }

    @Test func settingDecidesAboutTheTenantTestAtEachStart() async throws {
        let folder = try TemporaryFolder()
        try await Servers.withOwn(in: folder) { server in
            let disabled = try await asDefault(server, "PATCH", "tenants/upd", body("test", enabled: false))
            #expect(disabled.status == 200)
            expectRefusal(try await Wire(server.url).create(), 400, "Tenant not enabled.")
            #expect(await server.stop() == 0)
        }
        try await Servers.withOwn(in: folder) { server in
            let created = try await Wire(server.url).create()
            #expect(created.status == 201)
        }
    }
}
