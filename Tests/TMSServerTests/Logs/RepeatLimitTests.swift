import Testing

@testable import TMSServer

@Suite struct RepeatLimitTests {
    private static let second = 1_000_000_000

    @Test func soManyLinesASecondAreWrittenAndTheRestIsCounted() {
        let limit = RepeatLimit()
        let first = (0..<100).map { limit.admit("commit failed", now: 5 * Self.second + $0) }
        #expect(first.prefix(RepeatLimit.linesPerSecondMax).allSatisfy { $0 == 0 })
        #expect(first.dropFirst(RepeatLimit.linesPerSecondMax).allSatisfy { $0 == nil })
        // Other trouble has a share of its own.
        #expect(limit.admit("cannot read", now: 5 * Self.second) == 0)
        #expect(limit.admit("commit failed", now: 6 * Self.second) == 100 - RepeatLimit.linesPerSecondMax)
        #expect(limit.admit("commit failed", now: 6 * Self.second) == 0)
    }
}
