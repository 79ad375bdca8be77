import TestSupport
import Testing

@Suite struct TimeoutTests {
    @Test func idleConnectionIsClosed() async throws {
        let connection = try await RawConnection(try await Servers.shared(["idle_timeout_seconds=3"]))
        try await connection.send(rawRequest("GET", "/v1/tms/hello"))
        #expect(try await connection.answer().status == 200)
        #expect(try await connection.isClosedEventually())
        #expect(try await connection.answers(1).count == 1)
    }

    @Test func connectionThatNeverAsksIsClosed() async throws {
        let connection = try await RawConnection(try await Servers.shared(["idle_timeout_seconds=3"]))
        #expect(try await connection.isClosedEventually())
        #expect(connection.received.isEmpty)
    }

    @Test func headThatNeverEndsIsClosed() async throws {
        let connection = try await RawConnection(try await Servers.shared(["idle_timeout_seconds=3"]))
        try await connection.send("GET /v1/tms/hello HTTP/1.1\r\nHost: x\r\nX-More: ")
        #expect(try await connection.isClosedEventually())
    }

    @Test func halfARequestIsToldThatItTookTooLong() async throws {
        let connection = try await RawConnection(try await Servers.shared(["request_timeout_seconds=1"]))
        let request = rawRequest("POST", retrievePath, body: unknownKeyBody)
        try await connection.send(String(request.dropLast(5)))
        let answer = try await connection.answer()
        expectRefusal(answer, 408)
        #expect(answer.header("connection") == "close")
        #expect(try await connection.isClosedEventually())
    }
}
