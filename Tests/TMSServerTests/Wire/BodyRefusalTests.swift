import TMSAPI
import TestSupport
import Testing

/// Bodies that are no body of operation 14.
@Suite struct BodyRefusalTests {
    private func send(
        _ body: String?, contentType: String? = "application/json"
    ) async throws -> Wire.Answer {
        try await Wire(Servers.shared().url)
            .send("POST", createPath, headers: TestServer.clientHeaders, body: body, contentType: contentType)
    }

    @Test(arguments: [
        "", " ", "{", "{]", "nonsense", #"{"a": 01}"#, #"{"a": "\x"}"#, #"{"a" 1}"#, "{'a': 1}", #"{"a": 1,}"#,
        "\u{FEFF}{}", #"{"a": "\ud800"}"#,
    ])
    func malformedJSON(body: String) async throws {
        expectRefusal(try await send(body), 400, "parse request payload error: ")
    }

    @Test func trailingDataIsRefused() async throws {
        expectRefusal(try await send(Wire.createBody() + " {}"), 400, "parse request payload error: ")
    }

    @Test(arguments: ["null", "[]", #""text""#, "1", "true"])
    func bodyMustBeAnObject(body: String) async throws {
        expectRefusal(try await send(body), 400, "expected an object")
    }

    @Test(arguments: ["client_user_id", "host", "host_account", "num_uses", "ttl_minutes"])
    func missingFieldIsNamed(name: String) async throws {
        let changes: [String: String?] = [name: nil]
        expectRefusal(try await send(Wire.createBody(changes)), 400, "'\(name)' must be")
    }

    @Test(arguments: ["client_user_id", "host", "host_account", "num_uses", "ttl_minutes"])
    func nullFieldIsNamed(name: String) async throws {
        expectRefusal(try await send(Wire.createBody([name: "null"])), 400, "'\(name)' must be")
    }

    @Test(arguments: [
        ("host", "[]"), ("host", "{}"), ("host", #""\u0000""#), ("key_type", "[1]"), ("num_uses", "\"1\""),
        ("num_uses", "true"), ("num_uses", "1.0"), ("num_uses", "1e2"), ("num_uses", "2147483648"),
        ("num_uses", "-2147483649"), ("num_uses", "99999999999999999999"), ("ttl_minutes", "0.5"),
        ("ttl_minutes", "2147483648"), ("ttl_minutes", "{}"),
    ])
    func wrongTypeIsNamed(name: String, value: String) async throws {
        expectRefusal(try await send(Wire.createBody([name: value])), 400, "'\(name)' must be")
    }

    @Test func refusalDoesNotRepeatWhatWasSent() async throws {
        let answer = try await send(Wire.createBody(["num_uses": "\"hunter2\"", "host": "[\"hunter2\"]"]))
        expectRefusal(answer, 400)
        #expect(!answer.text.contains("hunter2"))
    }

    @Test func deepNestingIsRefusedNotFatal() async throws {
        let deep = String(repeating: "[", count: 30_000)
        expectRefusal(try await send(#"{"a": "# + deep), 400, "parse request payload error: ")
        #expect(try await Wire(Servers.shared().url).send("GET", "/healthz").status == 200)
    }

    @Test func contentTypeIsRequired() async throws {
        expectRefusal(try await send(Wire.createBody(), contentType: nil), 415, "does not include the `Content-Type`")
    }

    @Test(arguments: ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", "json", ""])
    func otherContentTypesAreRefused(contentType: String) async throws {
        expectRefusal(try await send(Wire.createBody(), contentType: contentType), 415, "`Content-Type`")
    }

    @Test func bodyIsJudgedAfterTheCredentials() async throws {
        let headers = TestServer.clientHeaders.merging([Header.clientSecret: "wrong"]) { $1 }
        let answer = try await Wire(Servers.shared().url).send("POST", createPath, headers: headers, body: "{")
        expectRefusal(answer, 401)
    }

    @Test func bodyOverTheLimitIsTooLarge() async throws {
        let body = Wire.createBody(["padding": "\"" + String(repeating: "x", count: 1 << 20) + "\""])
        expectRefusal(try await send(body), 413, "65536 bytes")
    }

    @Test func bodyAtTheLimitIsTaken() async throws {
        let empty = Wire.createBody(["padding": "\"\""]).utf8.count
        let body = Wire.createBody(["padding": "\"" + String(repeating: "x", count: 65_536 - empty) + "\""])
        #expect(body.utf8.count == 65_536)
        #expect(try await send(body).status == 201)
        expectRefusal(try await send(body + " "), 413)
    }
}
