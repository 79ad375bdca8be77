import TestSupport
import Testing

@Suite struct PathRefusalTests {
    @Test(arguments: [
        "/v1", "/v1/tms", "/v1/tms/hello/", "/v1//tms/hello", "/tms/hello", "/v2/tms/hello", "/v1/tms/client/",
        "/v1/tms/client/a/b", "/v1/tms/version/x", "/v1/tms/%68ello", "/healthz/", "/v1/tms/HELLO",
    ])
    func unknownPath(path: String) async throws {
        expectRefusal(try await Wire(Servers.shared().url).send("GET", path), 404, "not found")
    }

    /// By hand: of a path that is no UTF-8 the HTTP client makes "/".
    @Test(arguments: ["/v1/tms/client/%ff", "/v1/tms/client/%", "/v1/tms/client/%zz"])
    func pathThatCannotBeDecoded(path: String) async throws {
        let connection = try await RawConnection(try await Servers.shared())
        try await connection.send(rawRequest("GET", path))
        expectRefusal(try await connection.answer(), 404, "not found")
    }

    @Test(arguments: [
        ("POST", "/v1/tms/hello"), ("DELETE", "/v1/tms/version"), ("OPTIONS", "/v1/tms/version"),
        ("PUT", "/v1/tms/client/x"), ("GET", createPath), ("HEAD", retrievePath), ("PATCH", createPath),
        ("TRACE", "/v1/tms/hello"), ("POST", "/healthz"),
    ])
    func wrongMethod(method: String, path: String) async throws {
        let answer = try await Wire(Servers.shared().url).send(method, path)
        #expect(answer.status == 405)
        if method != "HEAD" { expectRefusal(answer, 405, "method not allowed") }
    }
}
