import TMSAPI
import TestSupport
import Testing

/// What goes by itself.
@Suite struct HousekeepingTests {
    private func rows(_ server: TestServer) throws -> [Int] {
        [
            try server.number("SELECT COUNT(*) FROM login_tickets"),
            try server.number("SELECT COUNT(*) FROM idempotent_answers"),
        ]
    }

    @Test func whatExpiredBeforeTheStartIsGoneSoonAfter() async throws {
        let folder = try TemporaryFolder()
        try await Servers.withOwn(in: folder) { server async throws in
            let account = try Account(on: server)
            for name in ["old", "new"] {
                let made = try await account.create(["num_uses": "5"], headers: [Header.idempotencyKey: name])
                let key = try #require(made["public_key_fingerprint"])
                #expect(try await account.retrieve(key, connection: name).status == 200)
            }
            #expect(await server.stop() == 0)
            #expect(try rows(server) == [2, 2])
            let old = "UPDATE login_tickets SET expires_at = {{past}} WHERE connection = 'old'"
            try server.changeDatabase(old)
            try server.changeDatabase(
                "UPDATE idempotent_answers SET expires_at = {{past}} WHERE idempotency_key = 'old'")
        }
        try await Servers.withOwn(in: folder) { server async throws in
            // Far less than the minute until it is looked for again.
            #expect(try await eventually(withinSeconds: 30) { try rows(server) != [2, 2] })
            #expect(try await eventually(withinSeconds: 30) { try rows(server) == [1, 1] })
            #expect(try server.number("SELECT COUNT(*) FROM login_tickets WHERE connection = 'new'") == 1)
        }
    }
}
