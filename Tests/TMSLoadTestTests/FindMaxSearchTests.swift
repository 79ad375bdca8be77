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

    /// Up to the long look at what the short tries found: 400/s, and 420/s that failed.
    private func confirming() -> FindMaxSearch {
        var search = FindMaxSearch(start: 400)
        while case .attempt(let rate) = search.next {
            search.record(.init(metGoal: rate <= 400, reason: "p99 was 310 ms"))
        }
        return search
    }

    @Test("blames the generator, not the server, for a long look that the generator spoilt")
    func generatorInConfirmation() throws {
        var search = confirming()
        #expect(search.next == .confirmation(400))
        search.record(.init(metGoal: false, reason: "p99 was 310 ms", generatorWasLimit: true))
        guard case .confirmation(let lower) = search.next else {
            Issue.record("\(search.next)")
            return
        }
        #expect(lower < 400)
        search.record(.init(metGoal: true))
        #expect(search.next == .finished && search.low == lower && search.high == nil && search.isConfirmed)
        #expect(search.reason.contains("the generator was the limit at 400/s (p99 was 310 ms)"), "\(search.reason)")
    }

    @Test("blames the generator for the rate above that it could not send")
    func generatorAbove() {
        var search = confirming()
        search.record(.init(metGoal: true))
        guard case .above = search.next else {
            Issue.record("\(search.next)")
            return
        }
        search.record(.init(metGoal: false, reason: "p99 was 310 ms", generatorWasLimit: true))
        #expect(search.next == .finished && search.low == 400 && search.high == nil)
        #expect(search.reason.contains("the generator was the limit"), "\(search.reason)")
    }

    @Test("looks again when the certificate is not clean, and says at least when it stays so")
    func certificate() {
        let red = FindMaxSearch.Outcome(metGoal: true, generatorsFault: "own CPU of the busiest core 91 %")
        var search = confirming()
        for _ in 1..<FindMaxSearch.looksMax {
            search.record(red)
            #expect(search.next == .confirmation(400))
        }
        var disturbedOnce = search
        search.record(red)
        #expect(search.next == .finished && search.low == 400 && search.high == nil)
        #expect(search.reason.contains("own CPU of the busiest core 91 %"), "\(search.reason)")
        disturbedOnce.record(.init(metGoal: true))
        #expect(disturbedOnce.next != .finished && disturbedOnce.high != nil)
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
