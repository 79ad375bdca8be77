import TMSAPI
import TestSupport
import Testing

/// Credentials are remembered for an hour here, so that nothing but the change itself can end one. On a server of the
/// test's own: a change by any other test would end them too.
@Suite struct RememberedCredentialsTests {
    private func withRemembering(_ body: (Account) async throws -> Void) async throws {
        try await Servers.withOwn(["credential_cache_seconds=3600"]) { server in try await body(try Account(on: server))
        }
    }

    private func expect(
        _ status: Int, _ account: Account, _ headers: [String: String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let answer = try await account.wire.send("GET", "/v1/tms/tenants/list", headers: headers)
        #expect(answer.status == status, "\(answer.text)", sourceLocation: sourceLocation)
    }

    @Test func changesOfAClientCountAtOnce() async throws {
        try await withRemembering { account in
            try await expect(200, account, account.clientHeaders)
            let secret = try await account.asAdmin("PATCH", "client/secret/client")["client_secret"] ?? ""
            let headers = account.clientHeaders.merging([Header.clientSecret: secret]) { $1 }
            try await expect(401, account, account.clientHeaders)
            try await expect(200, account, headers)
            #expect(try await account.asAdmin("PATCH", "client/upd/client?enabled=false").status == 200)
            try await expect(401, account, headers)
            #expect(try await account.asAdmin("PATCH", "client/upd/client?enabled=true").status == 200)
            try await expect(200, account, headers)
            #expect(try await account.asAdmin("DELETE", "client/del/client").status == 200)
            try await expect(401, account, headers)
        }
    }

    @Test func changesOfAnAdministratorCountAtOnce() async throws {
        try await withRemembering { account in
            let body = #"{"tenant": "\#(account.tenant)", "admin_id": "ops"}"#
            let made = try await account.asAdmin("POST", "admins", body)
            var headers = [
                Header.tenant: account.tenant, Header.adminID: "ops", Header.adminSecret: made["admin_secret"] ?? "",
            ]
            try await expect(200, account, headers)
            let changed = try await account.asAdmin("PATCH", "admins/secret/ops")
            try await expect(401, account, headers)
            headers[Header.adminSecret] = changed["admin_secret"]
            try await expect(200, account, headers)
            #expect(try await account.asAdmin("DELETE", "admins/del/ops").status == 200)
            try await expect(401, account, headers)
        }
    }

    @Test(arguments: ["wipe", "del"])
    func changesOfATenantCountAtOnce(deletion: String) async throws {
        try await withRemembering { account in
            let admin = try account.server.defaultAdminHeaders()
            func update(enabled: Bool) async throws -> Int {
                try await account.wire.send(
                    "PATCH", "/v1/tms/tenants/upd", headers: admin,
                    body: #"{"tenant": "\#(account.tenant)", "enabled": \#(enabled)}"#
                ).status
            }
            try account.change(
                "DELETE FROM clients WHERE tenant = '{t}'; DELETE FROM user_mfa WHERE tenant = '{t}';")
            try await expect(200, account, account.adminHeaders)
            #expect(try await update(enabled: false) == 200)
            try await expect(400, account, account.adminHeaders)
            #expect(try await update(enabled: true) == 200)
            try await expect(200, account, account.adminHeaders)
            let deleted = try await account.asAdmin("DELETE", "tenants/\(deletion)/\(account.tenant)")
            #expect(deleted.status == 200)
            try await expect(400, account, account.adminHeaders)
        }
    }

    /// Where the tenant is the last one, SQLite could empty whole tables, and would tell nobody which rows went.
    @Test func onlyTenantCanBeWipedToo() async throws {
        try await withRemembering { account in
            try account.change(
                """
                DELETE FROM delegations WHERE tenant <> '{t}';
                DELETE FROM user_hosts WHERE tenant <> '{t}';
                DELETE FROM user_mfa WHERE tenant <> '{t}';
                DELETE FROM clients WHERE tenant <> '{t}';
                DELETE FROM admin WHERE tenant <> '{t}';
                DELETE FROM tenants WHERE tenant <> '{t}';
                """)
            try await expect(200, account, account.clientHeaders)
            #expect(try await account.asAdmin("DELETE", "tenants/wipe/" + account.tenant).status == 200)
            try await expect(400, account, account.clientHeaders)
            try await expect(400, account, account.adminHeaders)
        }
    }
}
