import TestSupport
import Testing

/// What a key needs before it may exist, each missing in turn.
@Suite struct DependencyRefusalTests {
    struct Case: CustomTestStringConvertible {
        let sql: String
        let text: String
        var testDescription: String { sql }
    }

    private static let epoch = "1970-01-01T00:00:00.000000+00:00"

    @Test(arguments: [
        Case(
            sql: "UPDATE user_mfa SET tms_user_id = 'other' WHERE tenant = '{t}'",
            text: "user MFA record not found for user ID alice in tenant {t}."),
        Case(
            sql: "UPDATE user_mfa SET enabled = 0 WHERE tenant = '{t}'",
            text: "user MFA record for user ID alice in tenant {t} is disabled."),
        Case(
            sql: "UPDATE user_mfa SET expires_at = 0 WHERE tenant = '{t}'",
            text: "user MFA record for user ID 'alice' in tenant {t} expired at \(epoch)."),
        Case(
            sql: "DELETE FROM user_hosts WHERE tenant = '{t}'",
            text: "user host record not found for user alice@{t} with account aalice on host login.example.org."),
        Case(
            sql: "UPDATE user_hosts SET expires_at = 0 WHERE tenant = '{t}'",
            text:
                "user host record for user alice@{t} with account aalice on host login.example.org expired at \(epoch)."
        ),
        Case(
            sql: "DELETE FROM delegations WHERE tenant = '{t}'",
            text: "delegation record not found for client client and client_user_id alice in tenant {t}."),
        Case(
            sql: "UPDATE delegations SET expires_at = 0 WHERE tenant = '{t}'",
            text: "delegation record for client client and client_user_id alice in tenant {t} expired at \(epoch)."),
    ])
    func isNamed(missing: Case) async throws {
        let account = try Account(on: try await Servers.shared())
        try account.change(missing.sql)
        expectRefusal(
            try await account.create(), 403,
            "Missing or expired dependency: Required " + missing.text.replacing("{t}", with: account.tenant))
    }

    @Test(arguments: ["client_user_id", "host", "host_account"])
    func namesAreComparedExactly(name: String) async throws {
        let account = try Account(on: try await Servers.shared())
        let values = ["client_user_id": "Alice", "host": "login", "host_account": "aalice "]
        expectRefusal(try await account.create([name: "\"\(values[name] ?? "")\""]), 403, "not found")
    }
}
