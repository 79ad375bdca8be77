import Foundation
import TMSAPI
import TestSupport
import Testing

/// Requests that are sent again because their answer was lost.
@Suite struct IdempotencyKeyTests {
    private func create(
        _ account: Account, _ key: String, _ changes: [String: String?] = [:]
    ) async throws -> Wire.Answer {
        try await account.create(changes, headers: [Header.idempotencyKey: key])
    }

    private func count(_ account: Account) async throws -> Int {
        try await account.asAdmin("GET", "pubkeys/list").rows("pubkeys").count
    }

    @Test func secondCreateOfAKeyMakesNothingAndTellsWhatTheFirstMade() async throws {
        let account = try Account(on: try await Servers.shared())
        let first = try await create(account, "a", ["num_uses": "5", "ttl_minutes": "60"])
        #expect(first.status == 201)
        #expect(first["private_key"]?.isEmpty == false)
        let second = try await create(account, "a", ["num_uses": "5", "ttl_minutes": "60"])
        #expect(second.status == 201)
        #expect(second.memberNames == first.memberNames)
        for name in first.memberNames where name != "private_key" && name != "result_msg" {
            #expect(second.value(name) == first.value(name), "\(name)")
        }
        #expect(second["private_key"] == "")
        #expect(second["result_msg"]?.contains("earlier request") == true)
        #expect(try await count(account) == 1)
    }

    @Test func fiftyAtOnceMakeOneKey() async throws {
        let account = try Account(on: try await Servers.shared())
        let answers = try await withThrowingTaskGroup(of: Wire.Answer.self) { group in
            for _ in 0..<50 { group.addTask { try await create(account, "same") } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.allSatisfy { $0.status == 201 })
        #expect(Set(answers.map { $0["public_key_fingerprint"] }).count == 1)
        #expect(answers.filter { $0["private_key"]?.isEmpty == false }.count == 1)
        #expect(try await count(account) == 1)
    }

    @Test func keyOfAnotherRequestIsRefused() async throws {
        let account = try Account(on: try await Servers.shared())
        #expect(try await create(account, "a", ["num_uses": "5"]).status == 201)
        let other = try await create(account, "a", ["num_uses": "6"])
        #expect(other.status == 422)
        #expect(other["result_msg"]?.contains("Idempotency-Key") == true)
        #expect(try await count(account) == 1)
    }

    @Test func clientsHaveKeysOfTheirOwn() async throws {
        let server = try await Servers.shared()
        let accounts = [try Account(on: server), try Account(on: server)]
        for account in accounts { #expect(try await create(account, "a")["private_key"]?.isEmpty == false) }
    }

    @Test func refusedRequestIsNotRemembered() async throws {
        let account = try Account(on: try await Servers.shared())
        #expect(try await create(account, "a", ["host": "\"nowhere\""]).status == 403)
        // Not even as the key of that request.
        #expect(try await create(account, "a")["private_key"]?.isEmpty == false)
    }

    @Test func keyIsFreeAgainAfterTenMinutes() async throws {
        let account = try Account(on: try await Servers.shared())
        #expect(try await create(account, "a").status == 201)
        try account.change("UPDATE idempotent_answers SET expires_at = {{past}} WHERE tenant = '{t}'")
        #expect(try await create(account, "a")["private_key"]?.isEmpty == false)
        #expect(try await count(account) == 2)
    }

    @Test func answerOutlivesWhatItTellsOf() async throws {
        let account = try Account(on: try await Servers.shared())
        let first = try await create(account, "a")
        try account.change("DELETE FROM pubkeys WHERE tenant = '{t}'")
        let second = try await create(account, "a")
        #expect(second["public_key_fingerprint"] == first["public_key_fingerprint"])
        #expect(try await count(account) == 0)
    }

    @Test func clientOfTheSameNameFindsNoAnswersOfItsPredecessor() async throws {
        let account = try Account(on: try await Servers.shared())
        let first = try await create(account, "a")
        let other = try account.addClient("other")
        #expect(try await account.create(headers: other.merging([Header.idempotencyKey: "a"]) { $1 }).status == 201)
        #expect(try await account.asAdmin("DELETE", "client/del/\(account.client)").status == 200)
        #expect(try account.number("SELECT COUNT(*) FROM idempotent_answers WHERE tenant = $1") == 1)
        try account.addClient(account.client, secret: account.secret)
        let second = try await create(account, "a")
        #expect(second["private_key"]?.isEmpty == false)
        #expect(second["public_key_fingerprint"] != first["public_key_fingerprint"])
    }

    /// Both want the same rows, each in its own order: PostgreSQL may end one of them, which nobody is to notice.
    @Test func keyIsFreeAgainJustWhenItsClientIsDeleted() async throws {
        let server = try await Servers.shared()
        for _ in 0..<20 {
            let account = try Account(on: server)
            #expect(try await create(account, "a").status == 201)
            try account.change("UPDATE idempotent_answers SET expires_at = {{past}} WHERE tenant = '{t}'")
            async let deletion = account.asAdmin("DELETE", "client/del/\(account.client)")
            async let again = create(account, "a")
            #expect(try await deletion.status == 200)
            #expect([201, 401, 403].contains(try await again.status))
            #expect(try account.number("SELECT COUNT(*) FROM pubkeys WHERE tenant = $1") == 0)
            #expect(try account.number("SELECT COUNT(*) FROM idempotent_answers WHERE tenant = $1") == 0)
        }
    }

    @Test(arguments: ["", String(repeating: "k", count: 129), "a b", "ä"])
    func keyOfAnotherFormIsRefused(key: String) async throws {
        let account = try Account(on: try await Servers.shared())
        let answer = try await create(account, key)
        #expect(answer.status == 400)
        #expect(answer["result_msg"]?.contains("Idempotency-Key") == true)
        #expect(try await create(account, String(repeating: "k", count: 128)).status == 201)
    }

    @Test func registrationIsRepeatableToo() async throws {
        let account = try Account(on: try await Servers.shared())
        let point = (0..<32).map { _ in UInt8.random(in: 0...255) }
        let blob = Data([0, 0, 0, 11] + Array("ssh-ed25519".utf8) + [0, 0, 0, 32] + point)
        let body = """
            {"client_user_id": "\(account.user)", "host": "\(account.host)", "host_account": "\(account.account)", \
            "public_key": "ssh-ed25519 \(blob.base64EncodedString())", "num_uses": -1, "ttl_minutes": -1}
            """
        func register(_ headers: [String: String]) async throws -> Wire.Answer {
            try await account.asClient("POST", "pubkeys/register", body, headers: headers)
        }
        let first = try await register([Header.idempotencyKey: "r"])
        #expect(first.status == 201)
        let second = try await register([Header.idempotencyKey: "r"])
        #expect(second.status == 201)
        #expect(second["public_key"] == first["public_key"])
        // Without a key it is what it was.
        #expect(try await register([:]).status == 409)
    }
}
