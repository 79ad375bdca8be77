import TMSAPI
import TestSupport
import Testing

@testable import TMSServer

/// Large answers hold memory until they are taken.
@Suite struct UnsentBytesTests {
    private static let callers = 6

    @Test func listsThatNobodyTakesAreRefusedAlsoWhenTheyWereBegun() async throws {
        // One thread reads them, so that all have come in before the first is answered.
        let settings = [
            "event_loops=1", "list_threads=1", "unsent_bytes_max=1048576", "deadline_seconds=600",
            "request_timeout_seconds=600",
        ]
        try await Servers.withOwn(settings) { server in
            let account = try Account(on: server)
            try account.change(
                """
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1250)
                INSERT INTO hosts (tenant, host, addr, created, updated)
                SELECT '{t}', '\(String(repeating: "h", count: 5000))', i, 0, 0 FROM n
                """)
            var callers: [RawConnection] = []
            for _ in 0..<Self.callers { callers.append(try await RawConnection(server, takesAnswers: false)) }
            for caller in callers {
                try await caller.send(rawRequest("GET", "/v1/tms/hosts/list", headers: account.adminHeaders))
            }
            let answered = { @Sendable (status: String) in
                server.log.split(separator: "\n").count { $0.contains("route=/v1/tms/hosts/list status=\(status)") }
            }
            #expect(try await eventually(withinSeconds: 120) { answered("") == Self.callers })
            #expect(answered("200") == 1)
            #expect(answered("503") == Self.callers - 1)

            var bodies: [Int] = []
            for caller in callers {
                try await caller.takeAnswers()
                let answer = try await caller.answer(withinSeconds: 120)
                if answer.status == 200 {
                    bodies.append(answer.body.count)
                } else {
                    expectRefusal(answer, 503, "too many large answers are waiting to be taken")
                    #expect(answer.header("retry-after") == "1")
                }
            }
            #expect(bodies.count == 1 && bodies[0] > 12_000_000)
            // There is room again.
            let more = try await RawConnection(server)
            try await more.send(rawRequest("GET", "/v1/tms/hosts/list", headers: account.adminHeaders))
            #expect(try await more.answer(withinSeconds: 120).status == 200)
        }
    }

    @Test func memoryOfALargeAnswerIsGivenBackAndThatOfOthersIsKept() {
        var json = JSONWriter()
        json.verbatim([UInt8](repeating: 0x20, count: 20_000))
        json.reset()
        json.giveBack(beyond: LoopState.jsonKeptMax)
        #expect(json.bytes.capacity >= 20_000)

        json.verbatim([UInt8](repeating: 0x20, count: LoopState.jsonKeptMax + 1))
        json.giveBack(beyond: LoopState.jsonKeptMax)
        #expect(json.bytes.capacity <= LoopState.jsonKeptMax)
    }
}
