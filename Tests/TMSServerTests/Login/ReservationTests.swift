import TestSupport
import Testing

/// A reservation in force lets work outlive the key's and the MFA record's expiry, and nothing else.
@Suite struct ReservationTests {
    @Test(arguments: EnforcementTests.cases)
    func rescuesExpiryOnly(refusal: EnforcementTests.Case) async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey()
        try account.reserveKeys()
        try account.change(refusal.sql)
        let isRescued = ["the key has expired", "the user's MFA record has expired"].contains(refusal.reason)
        #expect(try await account.retrieve(key).status == (isRescued ? 200 : 403))
    }

    @Test func expiredReservationRescuesNothing() async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey()
        try account.reserveKeys(expiresAt: 0)
        try account.change("UPDATE pubkeys SET expires_at = 0 WHERE tenant = '{t}'")
        expectRefusal(try await account.retrieve(key), 403, "the key has expired")
    }
}
