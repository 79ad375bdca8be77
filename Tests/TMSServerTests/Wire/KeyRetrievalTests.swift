import TMSAPI
import TestSupport
import Testing

/// Operation 15, as stock callers use it.
@Suite struct KeyRetrievalTests {
    @Test func answerHasExactlyItsMembers() async throws {
        let wire = Wire(try await Servers.shared().url)
        let created = try await wire.create()
        let answer = try await wire.retrieve(try #require(created["public_key_fingerprint"]))
        #expect(answer.status == 200)
        #expect(answer.memberNames == ["public_key", "result_code", "result_msg"])
        #expect(answer["public_key"] == created["public_key"])
        #expect(answer["result_code"] == "0")
        #expect(answer["result_msg"] == "success")
        #expect(answer.header("content-type") == "application/json; charset=utf-8")
    }

    @Test(arguments: [
        (user: "other", host: "testhost1"), (user: "testhostaccount1", host: "other"),
        (user: "testuser1", host: "testhost1"), (user: "*", host: "testhost1"), (user: "", host: ""),
    ])
    func keyOpensOnlyItsAccountOnItsHost(user: String, host: String) async throws {
        let wire = Wire(try await Servers.shared().url)
        let created = try await wire.create()
        let answer = try await wire.retrieve(
            try #require(created["public_key_fingerprint"]), user: user, host: host)
        expectRefusal(answer, 404, "NOT_FOUND")
    }

    @Test(arguments: ["SHA256:unknown", "", "' OR 1 = 1 --"])
    func unknownFingerprintIsNotFound(fingerprint: String) async throws {
        expectRefusal(try await Wire(Servers.shared().url).retrieve(fingerprint), 404, "NOT_FOUND")
    }

    @Test func connectionNameHasALengthLimit() async throws {
        let wire = Wire(try await Servers.shared().url)
        let atLimit = try await wire.retrieve("SHA256:unknown", connection: String(repeating: "c", count: 256))
        #expect(atLimit.status == 404)
        let beyond = try await wire.retrieve("SHA256:unknown", connection: String(repeating: "c", count: 257))
        expectRefusal(beyond, 400, "'connection'")
    }
}
