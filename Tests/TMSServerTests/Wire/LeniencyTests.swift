import TMSAPI
import TestSupport
import Testing

/// What existing callers send and must go on sending (contract 0.2).
@Suite struct LeniencyTests {
    private func retrieve(_ members: String, contentType: String = "application/json") async throws -> Wire.Answer {
        let wire = Wire(try await Servers.shared().url)
        let created = try await wire.create()
        let fingerprint = try #require(created["public_key_fingerprint"])
        return try await wire.send(
            "POST", retrievePath,
            body: """
                {"user": "testhostaccount1", "host": "testhost1", "public_key_fingerprint": "\(fingerprint)"\(members)}
                """,
            contentType: contentType)
    }

    @Test(arguments: [
        #", "user_uid": 1"#, #", "user_uid": "1""#, #", "user_uid": true"#, #", "user_uid": null"#,
        #", "key_type": "ssh-ed25519""#, #", "keytype": "stray""#, #", "more": {"nested": [1, {"a": null}]}"#,
        #", "connection": null"#,
    ])
    func optionalAndUnknownMembers(members: String) async throws {
        #expect(try await retrieve(members).status == 200)
    }

    @Test(arguments: [
        "application/json; charset=utf-8", "application/json;charset=UTF-8", "Application/JSON",
        "application/vnd.tms+json", "application/vnd.tms+json; charset=utf-8",
    ])
    func contentTypes(contentType: String) async throws {
        #expect(try await retrieve("", contentType: contentType).status == 200)
    }

    @Test func stringFieldTakesNumbersAndBooleans() async throws {
        let account = try Account(on: try await Servers.shared())
        try account.change("UPDATE user_hosts SET host = '12.50', host_account = 'true' WHERE tenant = '{t}'")
        #expect(try await account.create(["host": "12.50", "host_account": "true"]).status == 201)
    }

    @Test func escapesInStringsAreRead() async throws {
        let account = try Account(on: try await Servers.shared())
        try account.change("UPDATE user_hosts SET host_account = 'zoë' WHERE tenant = '{t}'")
        #expect(try await account.create(["host_account": #""zo\u00eb""#]).status == 201)
    }

    @Test func headerNamesHaveNoCase() async throws {
        let account = try Account(on: try await Servers.shared())
        let headers = Dictionary(uniqueKeysWithValues: account.clientHeaders.map { ($0.key.lowercased(), $0.value) })
        #expect(try await account.wire.send("GET", "/v1/tms/client/client", headers: headers).status == 200)
    }

    @Test func queryOfAPostIsIgnored() async throws {
        let answer = try await Wire(Servers.shared().url)
            .send("POST", retrievePath + "?user=x&%zz", body: unknownKeyBody)
        expectRefusal(answer, 404, "NOT_FOUND")
    }
}
