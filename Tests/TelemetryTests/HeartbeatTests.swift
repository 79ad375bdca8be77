import Telemetry
import Testing

@Suite struct HeartbeatTests {
    private static let writing: Activity = "write"
    private let heartbeat = Telemetry().heartbeat("part")

    @Test func whoRestsIsAtNoWork() {
        #expect(heartbeat.work == nil)
        heartbeat.begin(Self.writing)
        heartbeat.rest()
        #expect(heartbeat.work == nil)
    }

    @Test func workHasANameAndABeginning() throws {
        heartbeat.begin(Self.writing)
        let first = try #require(heartbeat.work)
        #expect(first.doing == "write")
        #expect(heartbeat.work?.since == first.since)
        heartbeat.begin(Self.writing)
        #expect(try #require(heartbeat.work).since > first.since)
    }

    @Test func questionStandsUntilItIsAnswered() throws {
        heartbeat.note(Self.writing)
        heartbeat.ask()
        let asked = try #require(heartbeat.work).since
        heartbeat.ask()
        #expect(heartbeat.work?.since == asked)
        #expect(heartbeat.work?.doing == "write")
        #expect(heartbeat.answer() > 0)
        #expect(heartbeat.work == nil)
        #expect(heartbeat.answer() == 0)
    }
}
