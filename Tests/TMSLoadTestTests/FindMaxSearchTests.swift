import Testing

@testable import TMSLoadTest

@Suite("The search for the highest rate")
struct FindMaxSearchTests {
    /// A server that meets the goal up to a rate.
    private func search(
        from start: Double, capacity: Double, longCapacity: Double? = nil, generatorMax: Double = .infinity
    ) -> FindMaxSearch {
        var search = FindMaxSearch(start: start)
        while true {
            var outcome = FindMaxSearch.Outcome()
            switch search.next {
            case .finished: return search
            case .attempt(let rate):
                outcome.metGoal = rate <= min(capacity, generatorMax)
                outcome.generatorWasLimit = rate > generatorMax
            case .confirmation(let rate), .above(let rate): outcome.metGoal = rate <= (longCapacity ?? capacity)
            }
            outcome.reason = "p99 was 310 ms"
            search.record(outcome)
        }
    }

    @Test("lands within 5 % below the capacity", arguments: [3.0, 87, 412, 5_000, 123_456], [10.0, 50, 400, 100_000])
    func lands(capacity: Double, start: Double) throws {
        let search = search(from: start, capacity: capacity)
        let (low, high) = (try #require(search.low), try #require(search.high))
        #expect(low <= capacity && capacity < high)
        #expect(high <= low * 1.0501)
        #expect(search.isConfirmed)
        #expect(search.reason.contains("p99 was 310 ms"))
        #expect(search.attempts <= 30)
    }

    @Test("goes below what short tries were too kind to")
    func confirmationFails() throws {
        let search = search(from: 50, capacity: 400, longCapacity: 330)
        let low = try #require(search.low)
        #expect(low <= 330 && low > 250, "\(low)")
        #expect(search.isConfirmed)
    }

    @Test("says so when no rate meets the goal")
    func nothingMeetsIt() {
        let search = search(from: 50, capacity: 0.5)
        #expect(search.low == nil)
        #expect(search.reason.contains("not met even at 1.00/s"))
    }

    @Test("names the generator when that was the limit, and no failing rate")
    func generator() throws {
        let search = search(from: 50, capacity: 10_000, generatorMax: 1_000)
        #expect(search.high == nil)
        #expect(try #require(search.low) <= 1_000)
        #expect(search.reason.contains("generator was the limit"))
    }

    @Test("asks a server that froze for no more")
    func freeze() {
        var search = FindMaxSearch(start: 100)
        search.record(.init(metGoal: false, reason: "hang for 4 s", froze: true))
        #expect(search.next == .finished)
        #expect(search.reason.contains("froze"))
    }

    @Test("ends, whatever the answers")
    func ends() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            var search = FindMaxSearch(start: 100)
            while search.next != .finished { search.record(.init(metGoal: Bool.random(using: &generator))) }
            #expect(search.attempts <= FindMaxSearch.attemptsMax)
        }
    }
}
