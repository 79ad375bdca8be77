import TMSAPI
import TMSService
import TMSStore
import TestSupport
import Testing

/// Operation 7.
@Suite struct ClientSecretsTests {
    private func rotated(_ account: Account, _ query: String = "") async throws -> String {
        let answer = try await account.asAdmin("PATCH", "client/secret/client" + query)
        guard let secret = answer["client_secret"] else { throw TestServer.Failure(answer.text) }
        return secret
    }

    /// The status that a client with that secret gets.
    private func status(_ account: Account, _ secret: String) async throws -> Int {
        let headers = account.clientHeaders.merging([Header.clientSecret: secret]) { $1 }
        return try await account.wire.send("GET", "/v1/tms/client/client", headers: headers).status
    }

    @Test(arguments: ["", "?overlap_minutes=0"])
    func oldSecretEndsAtOnce(query: String) async throws {
        let account = try Account(on: try await Servers.shared())
        #expect(try await status(account, account.secret) == 200)
        let answer = try await account.asClient("PATCH", "client/secret/client" + query)
        #expect(answer.status == 200)
        #expect(
            answer.memberNames == [
                "client_id", "client_secret", "old_secret_expires_at", "result_code", "result_msg", "tenant",
            ])
        #expect(answer["client_id"] == "client")
        #expect(answer["tenant"] == account.tenant)
        #expect(answer["result_msg"] == "Secret updated for client client")
        #expect(answer.value("old_secret_expires_at") == .null)
        let secret = try #require(answer["client_secret"])
        #expect(isSecret(secret))
        #expect(try await status(account, account.secret) == 401)
        #expect(try await status(account, secret) == 200)
        #expect(try account.number("SELECT COUNT(*) FROM clients WHERE tenant = $1 AND old_secret IS NULL") == 1)
        #expect(
            try account.number("SELECT COUNT(*) FROM audit WHERE tenant = $1 AND action = 'client secret changed'")
                == 1)
    }

    @Test func bothSecretsWorkDuringTheOverlap() async throws {
        let account = try Account(on: try await Servers.shared())
        let before = Timestamp.now
        let answer = try await account.asAdmin("PATCH", "client/secret/client?overlap_minutes=10080")
        let expiresAt = try #require(answer["old_secret_expires_at"].flatMap { Timestamp(rfc3339: $0) })
        #expect(expiresAt >= before.adding(timeToLiveMinutes: 10_080))
        #expect(expiresAt <= Timestamp.now.adding(timeToLiveMinutes: 10_080))
        let secret = try #require(answer["client_secret"])
        #expect(try await status(account, account.secret) == 200)
        #expect(try await status(account, secret) == 200)
        #expect(try await status(account, "wrong") == 401)

        try account.change("UPDATE clients SET old_secret_expires_at = 1 WHERE tenant = '{t}'")
        #expect(try await eventually { try await status(account, account.secret) == 401 })
        #expect(try await status(account, secret) == 200)
    }

    @Test func secretOfAnEarlierChangeEnds() async throws {
        let account = try Account(on: try await Servers.shared())
        let second = try await rotated(account, "?overlap_minutes=60")
        let third = try await rotated(account, "?overlap_minutes=60")
        #expect(try await status(account, account.secret) == 401)
        #expect(try await status(account, second) == 200)
        #expect(try await status(account, third) == 200)
        let fourth = try await rotated(account)
        #expect(try await status(account, second) == 401)
        #expect(try await status(account, third) == 401)
        #expect(try await status(account, fourth) == 200)
    }

    @Test func secretIsKeptAsAHash() async throws {
        let account = try Account(on: try await Servers.shared())
        let secret = try await rotated(account, "?overlap_minutes=60")
        #expect(
            try account.server.number(
                "SELECT COUNT(*) FROM clients WHERE tenant = $1 AND client_secret = $2 AND old_secret = $3",
                .text(account.tenant), .text(SecretHash(of: secret).hexadecimal),
                .text(SecretHash(of: account.secret).hexadecimal)) == 1)
    }

    @Test(arguments: ["-1", "10081", "x", "1.5", ""])
    func overlapIsBounded(minutes: String) async throws {
        let account = try Account(on: try await Servers.shared())
        expectRefusal(
            try await account.asAdmin("PATCH", "client/secret/client?overlap_minutes=" + minutes), 400,
            "overlap_minutes")
        #expect(try await status(account, account.secret) == 200)
    }

    @Test func missingClientIsNotFound() async throws {
        let account = try Account(on: try await Servers.shared())
        let answer = try await account.asAdmin("PATCH", "client/secret/none")
        expectRefusal(answer, 404)
        #expect(answer["result_msg"] == "NOT_FOUND")
    }

    @Test func clientChangesItsOwnSecretOnly() async throws {
        let account = try Account(on: try await Servers.shared())
        expectRefusal(
            try await account.asClient("PATCH", "client/secret/other"), 403,
            "ERROR: FORBIDDEN - Payload parameters (other@\(account.tenant)) differ")
        let headers = account.clientHeaders.merging([Header.clientSecret: "wrong"]) { $1 }
        let refused = try await account.wire.send("PATCH", "/v1/tms/client/secret/client", headers: headers)
        expectRefusal(refused, 401)
        #expect(
            refused["result_msg"] == "ERROR: NOT AUTHORIZED to update client client in tenant \(account.tenant).")
        #expect(try await status(account, account.secret) == 200)
    }
}
