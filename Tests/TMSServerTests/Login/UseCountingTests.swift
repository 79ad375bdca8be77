import TestSupport
import Testing

/// A use is one SSH connection, however often sshd asks about it.
@Suite struct UseCountingTests {
    @Test func oneConnectionIsOneUse() async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey(["num_uses": "2"])
        for _ in 0..<3 { #expect(try await account.retrieve(key, connection: "first").status == 200) }
        for _ in 0..<3 { #expect(try await account.retrieve(key, connection: "second").status == 200) }
        expectRefusal(try await account.retrieve(key, connection: "third"), 403, "the key has no uses left")
    }

    @Test func connectionThatHasItsUseKeepsItWhenNoneIsLeft() async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey(["num_uses": "1"])
        #expect(try await account.retrieve(key, connection: "first").status == 200)
        #expect(try await account.retrieve(key, connection: "second").status == 403)
        #expect(try await account.retrieve(key, connection: "first").status == 200)
    }

    @Test func keyWithoutUsesIsRefused() async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey(["num_uses": "0"])
        expectRefusal(try await account.retrieve(key, connection: "c"), 403, "the key has no uses left")
        expectRefusal(try await account.retrieve(key), 403, "the key has no uses left")
    }

    @Test func keysAreCountedApart() async throws {
        let account = try Account(on: try await Servers.shared())
        let (one, other) = (
            try await account.createdKey(["num_uses": "1"]), try await account.createdKey(["num_uses": "1"])
        )
        #expect(try await account.retrieve(one, connection: "c").status == 200)
        #expect(try await account.retrieve(other, connection: "c").status == 200)
    }

    @Test func refusedLoginUsesNothing() async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey(["num_uses": "1"])
        try account.change("UPDATE user_mfa SET enabled = 0 WHERE tenant = '{t}'")
        #expect(try await account.retrieve(key, connection: "refused").status == 403)
        try account.change("UPDATE user_mfa SET enabled = 1 WHERE tenant = '{t}'")
        #expect(try await account.retrieve(key, connection: "allowed").status == 200)
    }

    @Test func lookupFromElsewhereUsesNothing() async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey(["num_uses": "1"])
        #expect(try await account.wire.retrieve(key, user: "bob", host: account.host, connection: "c").status == 404)
        #expect(try await account.retrieve(key, connection: "d").status == 200)
    }

    @Test func concurrentConnectionsGetExactlyTheUsesThereAre() async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey(["num_uses": "10"])
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<50 {
                group.addTask { try await account.retrieve(key, connection: "c\(number)").status }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.count { $0 == 200 } == 10)
        #expect(statuses.count { $0 == 403 } == 40)
    }

    @Test func concurrentQuestionsOfOneConnectionAreOneUse() async throws {
        let account = try Account(on: try await Servers.shared())
        let key = try await account.createdKey(["num_uses": "2"])
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<20 { group.addTask { try await account.retrieve(key, connection: "one").status } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.allSatisfy { $0 == 200 })
        #expect(try await account.retrieve(key, connection: "two").status == 200)
        #expect(try await account.retrieve(key, connection: "three").status == 403)
    }

    @Test func withoutConnectionCallsWithinTheWindowAreOneUse() async throws {
        let account = try Account(on: try await Servers.shared(["login_window_seconds=3600"]))
        let key = try await account.createdKey(["num_uses": "1"])
        for _ in 0..<3 { #expect(try await account.retrieve(key).status == 200) }
        expectRefusal(try await account.retrieve(key, connection: "other"), 403, "the key has no uses left")
    }

    @Test func windowEnds() async throws {
        let account = try Account(on: try await Servers.shared(["login_window_seconds=1"]))
        let key = try await account.createdKey(["num_uses": "1"])
        #expect(try await account.retrieve(key).status == 200)
        #expect(try await eventually { try await account.retrieve(key).status == 403 })
    }

    @Test func ticketEndsAndTheNextUseIsTaken() async throws {
        let account = try Account(on: try await Servers.shared(["login_ticket_seconds=1"]))
        let key = try await account.createdKey(["num_uses": "2"])
        #expect(try await account.retrieve(key, connection: "c").status == 200)
        #expect(try await eventually { try await account.retrieve(key, connection: "c").status == 403 })
    }
}
