import TestSupport
import Testing

/// A reservation in force lets work outlive the key's and the MFA record's expiry, and nothing else.
@Suite struct ReservationTests {
    private func reserve(_ account: Account, expiresAt: Int64 = Account.never) throws {
        try account.change(
            """
            INSERT INTO reservations
                (resid, parent_resid, tenant, client_id, client_user_id, host, public_key_fingerprint, expires_at,
                 created, updated, user_mfa_id, pubkey_id)
            SELECT 'r-{t}', 'r-{t}', tenant, client_id, client_user_id, host, public_key_fingerprint, \(expiresAt),
                   0, 0, user_mfa_id, id
            FROM pubkeys WHERE tenant = '{t}'
            """)
    }

    @Test(arguments: EnforcementTests.cases)
    func rescuesExpiryOnly(refusal: EnforcementTests.Case) async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey()
        try reserve(account)
        try account.change(refusal.sql)
        let isRescued = ["the key has expired", "the user's MFA record has expired"].contains(refusal.reason)
        #expect(try await account.retrieve(key).status == (isRescued ? 200 : 403))
    }

    @Test func expiredReservationRescuesNothing() async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey()
        try reserve(account, expiresAt: 0)
        try account.change("UPDATE pubkeys SET expires_at = 0 WHERE tenant = '{t}'")
        expectRefusal(try await account.retrieve(key), 403, "the key has expired")
    }
}
