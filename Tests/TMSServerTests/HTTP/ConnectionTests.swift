import Foundation
import TMSAPI
import TestSupport
import Testing

/// Bytes on a connection.
@Suite struct ConnectionTests {
    private func connect() async throws -> RawConnection {
        try await RawConnection(try await Servers.shared())
    }

    @Test func connectionIsKeptOpenBetweenRequests() async throws {
        let connection = try await connect()
        for count in 1...3 {
            try await connection.send(rawRequest("GET", "/v1/tms/hello"))
            #expect(try await connection.answers(count).last?.status == 200)
        }
        #expect(!connection.isClosed)
    }

    @Test func pipelinedRequestsAreAnsweredInOrder() async throws {
        let connection = try await connect()
        // The create waits for the disk; what follows does not, and must wait for its turn all the same.
        let create = rawRequest("POST", createPath, headers: TestServer.clientHeaders, body: Wire.createBody())
        let names = (0..<5).map { rawRequest("GET", "/v1/tms/hello?name=\($0)") }
        let missing = rawRequest("GET", "/v1/none")
        try await connection.send(create + names.joined() + missing + create)
        let answers = try await connection.answers(8)
        #expect(answers.map(\.status) == [201, 200, 200, 200, 200, 200, 404, 201])
        #expect(answers[1...5].map(\.text) == (0..<5).map { "hello, \($0)!" })
    }

    @Test func manyPipelinedRequestsAreAllAnswered() async throws {
        let connection = try await connect()
        let names = (0..<3000).map { rawRequest("GET", "/v1/tms/hello?name=\($0)") }
        try await connection.send(names.joined())
        #expect(try await connection.answers(3000).map(\.text) == (0..<3000).map { "hello, \($0)!" })
    }

    @Test func garbageBehindARequestIsRefusedAfterItsAnswer() async throws {
        let connection = try await connect()
        let create = rawRequest("POST", createPath, headers: TestServer.clientHeaders, body: Wire.createBody())
        try await connection.send(create + "garbage\r\n\r\n")
        #expect(try await connection.answers(2).map(\.status) == [201, 400])
        #expect(try await connection.isClosedEventually())
    }

    @Test func headOfAnAnswerWithoutItsBodyTellsItsLength() async throws {
        let connection = try await connect()
        try await connection.send(rawRequest("HEAD", "/v1/tms/hello") + rawRequest("GET", "/v1/tms/hello"))
        let received = { @Sendable in String(decoding: connection.received, as: UTF8.self) }
        #expect(try await eventually { received().hasSuffix("hello!") })
        let text = received()
        #expect(text.components(separatedBy: "content-length: 6\r\n").count == 3)
        #expect(text.components(separatedBy: "hello!").count == 2)
    }

    @Test func requestMayComeInTinyPieces() async throws {
        let connection = try await connect()
        let request = rawRequest("POST", retrievePath, body: unknownKeyBody)
        for character in request { try await connection.send(String(character)) }
        expectRefusal(try await connection.answer(), 404, "NOT_FOUND")
    }

    @Test func refusalKeepsTheConnectionOpen() async throws {
        let connection = try await connect()
        try await connection.send(rawRequest("POST", "/v1/none", body: unknownKeyBody))
        try await connection.send(rawRequest("POST", createPath, body: "{"))
        try await connection.send(rawRequest("GET", "/v1/tms/hello"))
        #expect(try await connection.answers(3).map(\.status) == [404, 400, 200])
    }

    @Test(arguments: [
        "garbage\r\n\r\n", "\u{16}\u{03}\u{01}\u{02}\u{00}\u{01}\u{00}\r\n\r\n", "GET\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "GET /v1/tms/hello HTTP/1.1\r\nbad header\r\n\r\n",
        "POST /v1/tms/hello HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n",
    ])
    func garbageIsRefusedAndTheConnectionClosed(garbage: String) async throws {
        let connection = try await connect()
        try await connection.send(garbage)
        let answer = try await connection.answer()
        expectRefusal(answer, 400)
        #expect(answer.header("connection") == "close")
        #expect(try await connection.isClosedEventually())
    }

    @Test func lengthAndChunksTogetherAreRefused() async throws {
        // Two ways to tell where a request ends are how requests are smuggled past a proxy (RFC 9112 section 6.3).
        let connection = try await connect()
        try await connection.send(
            "POST \(retrievePath) HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 5\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
        expectRefusal(try await connection.answer(), 400)
        #expect(try await connection.isClosedEventually())
    }

    @Test func headersThatAreTooLargeAreRefused() async throws {
        let connection = try await connect()
        let large = String(repeating: "x", count: 200_000)
        try? await connection.send("GET /v1/tms/hello HTTP/1.1\r\nHost: x\r\nX-Large: \(large)\r\n\r\n")
        expectRefusal(try await connection.answer(), 431, "headers")
        #expect(try await connection.isClosedEventually())
    }

    @Test func closeIsHonoured() async throws {
        let connection = try await connect()
        try await connection.send(rawRequest("GET", "/v1/tms/hello", headers: ["Connection": "close"]))
        let answer = try await connection.answer()
        #expect(answer.status == 200)
        #expect(answer.header("connection") == "close")
        #expect(try await connection.isClosedEventually())
    }

    @Test func http10IsAnsweredAndClosed() async throws {
        let connection = try await connect()
        try await connection.send(rawRequest("GET", "/v1/tms/hello", version: "HTTP/1.0"))
        #expect(try await connection.answer().text == "hello!")
        #expect(try await connection.isClosedEventually())
    }

    @Test func malformedEscapeInThePathIsNotFound() async throws {
        let connection = try await connect()
        try await connection.send(rawRequest("GET", "/v1/tms/client/%zz"))
        expectRefusal(try await connection.answer(), 404)
    }

    @Test func ipv4AndIPv6AreServedOnOnePort() async throws {
        try await Servers.withOwn(address: "http://localhost") { server in
            for host in ["127.0.0.1", "::1"] {
                let connection = try await RawConnection(server, host: host)
                try await connection.send(rawRequest("GET", "/v1/tms/hello"))
                #expect(try await connection.answer().status == 200, "\(host)")
            }
        }
    }

    @Test func ipv6AloneIsServed() async throws {
        try await Servers.withOwn(address: "http://[::1]") { server async throws in
            #expect(server.url.hasPrefix("http://[::1]:"))
            #expect(try await Wire(server.url).send("GET", "/v1/tms/hello").status == 200)
        }
    }
}
