import TMSAPI
import TestSupport
import Testing

/// Operations 34 and 35.
@Suite struct TenantDeletionTests {
    /// A tenant with an administrator and nothing else.
    private func emptyAccount() async throws -> Account {
        let account = try Account(on: try await Servers.shared())
        try account.change(
            "DELETE FROM clients WHERE tenant = '{t}'; DELETE FROM user_mfa WHERE tenant = '{t}';")
        return account
    }

    private func asDefault(_ account: Account, _ method: String, _ path: String) async throws -> Wire.Answer {
        try await account.wire.send(
            method, "/v1/tms/" + path, headers: try account.server.defaultAdminHeaders())
    }

    @Test func tenantWithNothingButAdministratorsIsDeleted() async throws {
        let account = try await emptyAccount()
        let tenant = account.tenant
        for path in ["admins", "approvals"] {
            let made = try await account.asAdmin("POST", path, #"{"tenant": "\#(tenant)", "admin_id": "ops"}"#)
            #expect(made.status == 201)
        }
        let answer = try await account.asAdmin("DELETE", "tenants/del/" + tenant)
        #expect(answer.status == 200)
        #expect(answer.memberNames == ["num_deleted", "result_code", "result_msg"])
        // Two administrators and the tenant.
        #expect(answer.json["num_deleted"] == .number("3"))
        #expect(answer["result_msg"] == "Tenant \(tenant) deleted")
        #expect(try account.number(Self.remains) == 0)
        #expect(try account.number("SELECT COUNT(*) FROM approvals WHERE tenant = $1") == 0)
        // Its administrator is nobody at once.
        expectRefusal(try await account.asAdmin("GET", "admins/list"), 400, "Tenant not enabled.")

        let again = try await asDefault(account, "DELETE", "tenants/del/" + tenant)
        #expect(again.json["num_deleted"] == .number("0"))
        #expect(again["result_msg"] == "Tenant \(tenant) NOT FOUND - Nothing deleted")
        #expect(
            try account.number("SELECT COUNT(*) FROM audit WHERE tenant = $1 AND action = 'tenant deleted'") == 1)
    }

    @Test func tenantThatHasAnythingElseStays() async throws {
        let account = try Account(on: try await Servers.shared())
        _ = try await account.createdKey()
        try account.reserveKeys()
        try account.change(Self.hostAndAlias)
        let refused = try await account.asAdmin("DELETE", "tenants/del/" + account.tenant)
        expectRefusal(refused, 409)
        #expect(
            refused["result_msg"]
                == "ERROR: tenant \(account.tenant) still has clients, user MFA records, user hosts, delegations, keys, "
                + "reservations, hosts, host aliases; delete them first, or wipe it")
        try account.change(
            "DELETE FROM clients WHERE tenant = '{t}'; DELETE FROM user_mfa WHERE tenant = '{t}';")
        expectRefusal(
            try await asDefault(account, "DELETE", "tenants/del/" + account.tenant), 409,
            "still has hosts, host aliases;")
        #expect(try await account.asAdmin("GET", "admins/list").status == 200)
        #expect(try account.number("SELECT COUNT(*) FROM audit WHERE tenant = $1 AND action = 'tenant deleted'") == 0)
    }

    @Test func wipeTakesEverything() async throws {
        let server = try await Servers.shared()
        let (account, other) = (try Account(on: server), try Account(on: server))
        for account in [account, other] {
            let fingerprint = try await account.createdKey(["num_uses": "5"])
            #expect(try await account.retrieve(fingerprint, connection: "c").status == 200)
            try account.reserveKeys()
            try account.change(Self.hostAndAlias)
            let approval = try await account.asAdmin("POST", "approvals", #"{"tenant": "\#(account.tenant)"}"#)
            #expect(approval.status == 201)
        }
        #expect(try account.number(Self.remains) == 12)

        let answer = try await account.asAdmin("DELETE", "tenants/wipe/" + account.tenant)
        #expect(answer.status == 200)
        #expect(answer.memberNames == ["num_deleted", "result_code", "result_msg"])
        // A reservation, key, delegation, user host, user, client, host, alias, approval, administrator and tenant.
        #expect(answer.json["num_deleted"] == .number("11"))
        #expect(answer["result_msg"] == "Tenant \(account.tenant) and dependencies wiped")
        #expect(try account.number(Self.remains) == 0)
        #expect(try other.number(Self.remains) == 12)
        // Remembered credentials of the tenant end with it, at once.
        expectRefusal(try await account.create(), 400, "Tenant not enabled.")
        expectRefusal(try await account.asAdmin("GET", "admins/list"), 400, "Tenant not enabled.")
        #expect(try await other.create().status == 201)

        let again = try await asDefault(account, "DELETE", "tenants/wipe/" + account.tenant)
        #expect(again.json["num_deleted"] == .number("0"))
        #expect(again["result_msg"] == "Tenant \(account.tenant) NOT FOUND - Nothing deleted")
        #expect(
            try account.number(
                "SELECT COUNT(*) FROM audit WHERE tenant = $1 AND action = 'tenant wiped' AND old_value = '11 rows'")
                == 1)
    }

    @Test func disabledTenantIsDeletedByDefault() async throws {
        let account = try await emptyAccount()
        try account.change("UPDATE tenants SET enabled = 0 WHERE tenant = '{t}'")
        expectRefusal(try await account.asAdmin("DELETE", "tenants/del/" + account.tenant), 400)
        #expect(
            try await asDefault(account, "DELETE", "tenants/del/" + account.tenant).json["num_deleted"]
                == .number("2"))
    }

    @Test(arguments: [("del", "deleted"), ("wipe", "wiped")])
    func defaultIsProtected(path: String, done: String) async throws {
        let account = try Account(on: try await Servers.shared())
        expectRefusal(
            try await asDefault(account, "DELETE", "tenants/\(path)/default"), 409,
            "tenant default is protected and cannot be \(done)")
        #expect(try await asDefault(account, "GET", "tenants/default").status == 200)
    }

    @Test(arguments: ["del", "wipe"])
    func onlyAdministratorsDeleteAndOnlyTheirOwn(path: String) async throws {
        let server = try await Servers.shared()
        let (account, other) = (try Account(on: server), try Account(on: server))
        expectRefusal(
            try await account.asAdmin("DELETE", "tenants/\(path)/\(other.tenant)"), 403,
            "The tenant in the X-TMS-TENANT header (\(account.tenant)) does not match")
        let refused = try await other.asClient("DELETE", "tenants/\(path)/\(other.tenant)")
        expectRefusal(refused, 401)
        #expect(refused["result_msg"] == "ERROR: NOT AUTHORIZED to delete tenant \(other.tenant).")
        #expect(try other.number(Self.remains) == 6)
    }

    private static let hostAndAlias = """
        INSERT INTO hosts (tenant, host, addr, created, updated) VALUES ('{t}', 'h', '10.0.0.1', 0, 0);
        INSERT INTO host_aliases (tenant, alias, host, created) VALUES ('{t}', 'a', 'h', 0);
        """

    /// Rows of the tenant, wherever they are.
    private static let remains: StaticString = """
        SELECT (SELECT COUNT(*) FROM tenants WHERE tenant = $1) + (SELECT COUNT(*) FROM admin WHERE tenant = $1)
            + (SELECT COUNT(*) FROM clients WHERE tenant = $1) + (SELECT COUNT(*) FROM user_mfa WHERE tenant = $1)
            + (SELECT COUNT(*) FROM user_hosts WHERE tenant = $1)
            + (SELECT COUNT(*) FROM delegations WHERE tenant = $1)
            + (SELECT COUNT(*) FROM pubkeys WHERE tenant = $1) + (SELECT COUNT(*) FROM reservations WHERE tenant = $1)
            + (SELECT COUNT(*) FROM hosts WHERE tenant = $1) + (SELECT COUNT(*) FROM host_aliases WHERE tenant = $1)
            + (SELECT COUNT(*) FROM approvals WHERE tenant = $1)
            + (SELECT COUNT(*) FROM login_tickets t JOIN pubkeys k ON k.id = t.pubkey_id WHERE k.tenant = $1)
        """
}
