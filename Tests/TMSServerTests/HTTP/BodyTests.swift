import TestSupport
import Testing

/// How a body may arrive, and how large it may be.
@Suite struct BodyTests {
    private func chunked(_ chunks: [String]) -> String {
        rawRequest("POST", retrievePath, headers: ["Transfer-Encoding": "chunked", "Content-Type": "application/json"])
            + chunks.map { String($0.utf8.count, radix: 16) + "\r\n" + $0 + "\r\n" }.joined()
    }

    @Test func chunkedBodyIsTaken() async throws {
        let connection = try await RawConnection(try await Servers.shared())
        let halves = [String(unknownKeyBody.prefix(10)), String(unknownKeyBody.dropFirst(10))]
        try await connection.send(chunked(halves) + "0\r\n\r\n" + rawRequest("GET", "/v1/tms/hello"))
        let answers = try await connection.answers(2)
        expectRefusal(answers[0], 404, "NOT_FOUND")
        #expect(answers[1].status == 200)
    }

    @Test func chunkedBodyOverTheLimitIsRefusedBeforeItsEnd() async throws {
        let connection = try await RawConnection(try await Servers.shared())
        try? await connection.send(chunked(Array(repeating: String(repeating: "x", count: 8192), count: 9)))
        let answer = try await connection.answer()
        expectRefusal(answer, 413, "65536 bytes")
        #expect(answer.header("connection") == "close")
        #expect(try await connection.isClosedEventually())
    }

    @Test func announcedLengthOverTheLimitIsRefusedBeforeTheBody() async throws {
        let connection = try await RawConnection(try await Servers.shared())
        let headers = ["Content-Length": "65537", "Content-Type": "application/json", "Expect": "100-continue"]
        try await connection.send(rawRequest("POST", createPath, headers: headers))
        expectRefusal(try await connection.answer(), 413)
        #expect(try await connection.isClosedEventually())
    }

    /// A sender that only reads when it has sent all must find the refusal, not a reset connection.
    @Test(arguments: 0..<5)
    func refusalReachesASenderThatIsNotReadingYet(_: Int) async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(String(repeating: "x", count: 8 << 20), to: "body")
        let curl = try await Program.run(
            "/usr/bin/env",
            [
                "curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-H", "Content-Type: application/json",
                "-H", "Expect:", "--data-binary", "@" + file, try await Servers.shared().url + retrievePath,
            ])
        #expect(curl.output == "413", "\(curl.errors)")
    }

    @Test func limitIsSetByConfiguration() async throws {
        try await Servers.withOwn(["body_bytes_max=1024"]) { server in
            let answer = try await Wire(server.url).send(
                "POST", retrievePath, body: unknownKeyBody + String(repeating: " ", count: 1024))
            expectRefusal(answer, 413, "1024 bytes")
        }
    }

    @Test func senderThatExpectsItIsToldToContinue() async throws {
        let connection = try await RawConnection(try await Servers.shared())
        let headers = ["Content-Length": String(unknownKeyBody.utf8.count), "Content-Type": "application/json"]
        try await connection.send(
            rawRequest("POST", retrievePath, headers: headers.merging(["Expect": "100-continue"]) { $1 }))
        #expect(try await connection.answer().status == 100)
        try await connection.send(unknownKeyBody)
        expectRefusal(try await connection.answers(2)[1], 404, "NOT_FOUND")
    }

    @Test func unknownPathIsRefusedWithoutAskingForTheBody() async throws {
        let connection = try await RawConnection(try await Servers.shared())
        let headers = ["Content-Length": "2", "Content-Type": "application/json", "Expect": "100-continue"]
        try await connection.send(rawRequest("POST", "/v1/none", headers: headers) + "{}")
        expectRefusal(try await connection.answer(), 404)
    }
}
