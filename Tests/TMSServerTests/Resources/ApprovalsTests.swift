import TMSAPI
import TMSService
import TMSStore
import TestSupport
import Testing

@Suite struct ApprovalsTests {
    private func body(_ tenant: String, minutes: String? = nil) -> String {
        #"{"tenant": "\#(tenant)"\#(minutes.map { #", "ttl_minutes": \#($0)"# } ?? "")}"#
    }

    @Test func passwordIsAnsweredOnceAndKeptAsAHash() async throws {
        let account = try Account(on: try await Servers.shared())
        let before = Timestamp.now
        let answer = try await account.asAdmin("POST", "approvals", body(account.tenant, minutes: "10"))
        let after = Timestamp.now
        #expect(answer.status == 201)
        #expect(answer.memberNames == ["approval", "expires_at", "result_code", "result_msg", "tenant"])
        #expect(answer["tenant"] == account.tenant)
        let approval = try #require(answer["approval"])
        #expect(isSecret(approval))
        let expiresAt = try #require(answer["expires_at"].flatMap { Timestamp(rfc3339: $0) })
        #expect(expiresAt >= before.adding(timeToLiveMinutes: 10) && expiresAt <= after.adding(timeToLiveMinutes: 10))
        #expect(
            try account.server.number(
                "SELECT COUNT(*) FROM approvals WHERE tenant = $1 AND secret_hash = $2", .text(account.tenant),
                .text(SecretHash(of: approval).hexadecimal)) == 1)
        #expect(try account.number("SELECT COUNT(*) FROM audit WHERE tenant = $1") == 1)
    }

    @Test func approvalLastsADayUnlessAsked() async throws {
        let account = try Account(on: try await Servers.shared())
        let before = Timestamp.now
        let answer = try await account.asAdmin("POST", "approvals", body(account.tenant))
        let expiresAt = try #require(answer["expires_at"].flatMap { Timestamp(rfc3339: $0) })
        #expect(expiresAt >= before.adding(timeToLiveMinutes: 1_440))
        #expect(expiresAt <= Timestamp.now.adding(timeToLiveMinutes: 1_440))
    }

    @Test(arguments: ["0", "-1", "43201", "1.5", "\"10\""])
    func lifeIsBounded(minutes: String) async throws {
        let account = try Account(on: try await Servers.shared())
        expectRefusal(
            try await account.asAdmin("POST", "approvals", body(account.tenant, minutes: minutes)), 400, "ttl_minutes")
    }

    @Test func onlyAnAdministratorOfTheTenantApproves() async throws {
        let server = try await Servers.shared()
        let (account, other) = (try Account(on: server), try Account(on: server))
        let refused = try await account.asClient("POST", "approvals", body(account.tenant))
        expectRefusal(refused, 401)
        #expect(
            refused["result_msg"]
                == "ERROR: NOT AUTHORIZED to approve a registration in tenant \(account.tenant).")
        expectRefusal(try await account.asAdmin("POST", "approvals", body(other.tenant)), 403)
        let byDefault = try await account.wire.send(
            "POST", "/v1/tms/approvals", headers: try server.defaultAdminHeaders(), body: body(account.tenant))
        expectRefusal(byDefault, 403)
    }

    @Test func expiredOnesGoWhenAnotherIsMade() async throws {
        let server = try await Servers.shared()
        let (account, other) = (try Account(on: server), try Account(on: server))
        for account in [account, other] {
            #expect(try await account.asAdmin("POST", "approvals", body(account.tenant)).status == 201)
            try account.change("UPDATE approvals SET expires_at = 1 WHERE tenant = '{t}'")
        }
        #expect(try await account.asAdmin("POST", "approvals", body(account.tenant)).status == 201)
        #expect(try account.number("SELECT COUNT(*) FROM approvals WHERE tenant = $1") == 1)
        #expect(try other.number("SELECT COUNT(*) FROM approvals WHERE tenant = $1") == 1)
    }

    @Test func openOnesAreLimited() async throws {
        let account = try Account(on: try await Servers.shared())
        try account.change(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(ApprovalRules.openMax))
            INSERT INTO approvals (tenant, secret_hash, expires_at, created)
            SELECT '{t}', '{t}' || i, CASE WHEN i = 1 THEN 1 ELSE \(Account.never) END, 0 FROM n
            """)
        // One of them has expired.
        #expect(try await account.asAdmin("POST", "approvals", body(account.tenant)).status == 201)
        expectRefusal(try await account.asAdmin("POST", "approvals", body(account.tenant)), 409, "open approvals")
        #expect(try account.number("SELECT COUNT(*) FROM approvals WHERE tenant = $1") == ApprovalRules.openMax)
    }
}
