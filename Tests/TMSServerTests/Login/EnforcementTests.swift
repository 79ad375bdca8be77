import TestSupport
import Testing

/// A login is refused when anything that allowed its key is not in force any more.
@Suite struct EnforcementTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let sql: String
        let reason: String
        var testDescription: String { reason }
    }

    static let cases = [
        Case(sql: "UPDATE pubkeys SET expires_at = 0 WHERE tenant = '{t}'", reason: "the key has expired"),
        Case(
            sql: "UPDATE pubkeys SET max_uses = 1, remaining_uses = 0 WHERE tenant = '{t}'",
            reason: "the key has no uses left"),
        Case(sql: "UPDATE clients SET enabled = 0 WHERE tenant = '{t}'", reason: "its client is disabled"),
        Case(sql: "UPDATE tenants SET enabled = 0 WHERE tenant = '{t}'", reason: "its tenant is disabled"),
        Case(sql: "UPDATE user_mfa SET enabled = 0 WHERE tenant = '{t}'", reason: "the user's MFA record is disabled"),
        Case(
            sql: "UPDATE user_mfa SET expires_at = 0 WHERE tenant = '{t}'", reason: "the user's MFA record has expired"),
        Case(
            sql: "UPDATE user_hosts SET expires_at = 0 WHERE tenant = '{t}'",
            reason: "the user's link to the account on this host has expired"),
        Case(
            sql: "UPDATE delegations SET expires_at = 0 WHERE tenant = '{t}'",
            reason: "the user's delegation to the client has expired"),
    ]

    @Test(arguments: cases)
    func loginIsRefusedAtOnceWithItsReason(refusal: Case) async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey()
        #expect(try await account.retrieve(key).status == 200)
        try account.change(refusal.sql)
        expectRefusal(try await account.retrieve(key), 403, "Key refused: \(refusal.reason).")
    }

    @Test func keyWithoutTimeToLiveIsRefused() async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey(["ttl_minutes": "0"])
        expectRefusal(try await account.retrieve(key), 403, "the key has expired")
    }

    @Test(arguments: ["user_mfa", "user_hosts", "delegations", "clients", "pubkeys"])
    func deletedRowTakesTheKeyWithIt(table: String) async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey()
        try account.change("DELETE FROM \(table) WHERE tenant = '{t}'")
        expectRefusal(try await account.retrieve(key), 404, "NOT_FOUND")
    }

    @Test func refusedLoginIsAllowedAgainWhenTheRowIsInForceAgain() async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey()
        try account.change("UPDATE clients SET enabled = 0 WHERE tenant = '{t}'")
        #expect(try await account.retrieve(key).status == 403)
        try account.change("UPDATE clients SET enabled = 1 WHERE tenant = '{t}'")
        #expect(try await account.retrieve(key).status == 200)
    }

    @Test func refusalIsLoggedWithItsReason() async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey(["num_uses": "0"])
        #expect(try await account.retrieve(key).status == 403)
        #expect(
            try await eventually {
                account.server.log.split(separator: "\n").contains {
                    $0.contains("login refused") && $0.contains(key) && $0.contains("the key has no uses left")
                }
            })
    }
}
