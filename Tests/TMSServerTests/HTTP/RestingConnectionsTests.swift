import TestSupport
import Testing

@testable import TMSServer

/// Connections that are not read for a while after a refusal.
@Suite struct RestingConnectionsTests {
    private typealias Resting = RestingConnections<Int>

    /// So many connections that were refused at 0 and rest for 10 ms, with the next look due at 20 ms.
    private func resting(_ count: Int) -> Resting {
        var resting = Resting()
        for number in 0..<count { resting.add(number, milliseconds: 10, now: 0) }
        resting.willLook(at: 20_000_000)
        return resting
    }

    @Test func nobodyIsReadAgainBeforeItsTime() {
        var resting = resting(3)
        #expect(resting.takeRested(now: 9_999_999) == [])
        #expect(resting.takeRested(now: 10_000_000) == [0, 1, 2])
        #expect(resting.isEmpty)
    }

    @Test func fewerAreReadAgainAtALookThatIsLate() {
        var onTime = resting(500)
        #expect(onTime.takeRested(now: 20_000_000) == Array(0..<Resting.wokenMax))
        #expect(onTime.takeRested(now: 20_000_000).first == Resting.wokenMax)
        var late = resting(500)
        let now = 20_000_000 + Resting.lateNanoseconds + 1
        #expect(late.takeRested(now: now) == Array(0..<Resting.wokenMaxWhenBusy))
        #expect(!late.isEmpty)
    }

    /// What is sent during the rest waits in the kernel, and is served afterwards.
    @Test func requestOfARestingConnectionIsAnsweredAfterItsRest() async throws {
        let pauseMilliseconds = 700
        let settings = ["in_flight_max=2", "event_loops=1", "refusal_pause_milliseconds=\(pauseMilliseconds)"]
        try await Servers.withOwn(settings) { server in
            let (first, second) = (try await RawConnection(server), try await RawConnection(server))
            for connection in [first, second] {
                try await connection.send(rawRequest("GET", "/v1/tms/hello"))
                #expect(try await connection.answer().status == 200)
            }
            let lock = try WriterLock(server)
            let create = rawRequest("POST", createPath, headers: TestServer.clientHeaders, body: Wire.createBody())
            try await first.send(create)
            try await second.send(create)
            #expect(try await second.answers(2).last?.status == 503)
            let refused = ContinuousClock.now
            try lock.release()
            #expect(try await first.answers(2).last?.status == 201)
            try await second.send(create + create)
            #expect(try await second.answers(4).map(\.status) == [200, 503, 201, 201])
            // A little less than the whole: the refusal was written before it was read here.
            #expect(ContinuousClock.now - refused > .milliseconds(pauseMilliseconds / 2))
        }
    }
}
