import LoadRecord
import LoadReport
import Testing

@Suite struct StatisticsTests {
    @Test func halfTheUsersAtAHundredPerSecondAreNotReached() {
        let concurrency = LittlesLaw.concurrency(perSecond: 970.87, meanSeconds: 0.00325)
        #expect(abs(concurrency - 3.155) < 0.001)
        #expect(!LittlesLaw.isReached(concurrency: concurrency, users: 100))
        #expect(LittlesLaw.isReached(concurrency: 80, users: 100))
    }

    @Test func aLadderGivesBackTheLawThatMadeIt() throws {
        let ladder = try #require(LadderAnalysis.all(of: Sample.ladder().steps).first)
        let fit = try #require(ladder.scalability)
        #expect(abs(fit.sigma - 0.05) < 0.015)
        #expect(abs(fit.kappa - 0.0004) < 0.0002)
        #expect(abs(fit.lambda - 62) < 4)
        #expect(fit.rSquared > 0.99)
        #expect(fit.sigmaInterval[0] <= fit.sigma && fit.sigma <= fit.sigmaInterval[1])
        #expect(fit.predicted(users: fit.usersMax * 1.01) == nil, "beyond twice the largest level nothing is said")
        let best = try #require(fit.bestUsers)
        #expect(abs(best - 48.7) < 10)
        let least = Sample.ladder().steps.map(\.total.service.mean).min() ?? 0
        #expect(abs(ladder.kneeUsers - ladder.throughputMax * least / 1e6) < 0.01)
    }

    @Test func fiveLevelsHaveAKneeAndNoLaw() throws {
        let ladder = try #require(LadderAnalysis.all(of: Sample.ladder(levels: [1, 5, 10, 25, 50]).steps).first)
        #expect(ladder.kneeUsers > 1)
        #expect(ladder.scalability == nil)
    }

    @Test func levelsThatWereNeverReachedHaveNoLaw() {
        var steps = Sample.ladder().steps
        for index in steps.indices { steps[index].effectiveConcurrency = 3 + 0.01 * Double(index) }
        #expect(LadderAnalysis.all(of: steps).first?.scalability == nil)
    }

    @Test func noFreezeInSixtyThousandSaysLittle() {
        let bound = RareFreeze(requests: 60_000)
        #expect(abs(bound.ratePerRequestMax - 1.0 / 20_000) < 1e-9)
        #expect(abs(bound.chanceOfPassing() - 0.3679) < 0.001)
        #expect(bound.sentence.contains("20,000") && bound.sentence.contains("36.8 %"))
        #expect(RareFreeze(requests: 180_000).chanceOfPassing() < 0.05)
        #expect(RareFreeze(requests: 0).chanceOfPassing() == 1)
    }

    @Test func halvesOfAStepAreCompared() throws {
        let steady = try #require(SteadyState.halvesDiffer([Int](repeating: 100, count: 20)))
        #expect(steady == 0)
        let falling = try #require(
            SteadyState.halvesDiffer([Int](repeating: 100, count: 10) + [Int](repeating: 80, count: 10)))
        #expect(abs(falling - 20.0 / 90) < 1e-9)
        #expect(SteadyState.halvesDiffer([100, 100, 100]) == nil)
    }

    @Test func maximaAtTheRetransmissionTimerAreNamed() throws {
        var dice = Dice(3)
        let bulk = dice.times(10_000, medianMilliseconds: 2.4)
        for maximum in [208_000, 214_000, 238_000, 261_000] {
            let found = KnownTimers.found(in: LatencySummary(times: bulk + [maximum]), scenario: "getkey")
            #expect(found.map(\.timer.name) == ["200 ms TCP retransmission timeout"], "\(maximum)")
        }
        let found = KnownTimers.found(in: LatencySummary(times: bulk + [5_035_000, 60_002_000]), scenario: "getkey")
        #expect(found.map(\.timer.name) == ["5 s SQLite busy timeout", "60 s client timeout"])
        #expect(found.first?.sentence.contains("5.04 s") == true)
    }

    @Test func aBulkThatSpreadsOverATimerIsNotNamed() {
        var dice = Dice(4)
        for median in [45.0, 120, 220] {
            let times = LatencySummary(times: dice.times(20_000, medianMilliseconds: median))
            #expect(KnownTimers.found(in: times, scenario: "createkey").isEmpty, "\(median) ms")
        }
    }

    @Test(arguments: [
        (0.0, "0 %"), (0.0001, "0.01 %"), (1e-7, "0.00001 %"), (0.123, "12.3 %"), (1, "100 %"), (0.99999, "99.999 %"),
    ])
    func nothingThatHappenedIsZeroPercent(_ fraction: Double, _ text: String) {
        #expect(Figure.percent(fraction) == text)
    }

    @Test func numbersHaveSensibleDigits() {
        #expect(Figure.number(412.345) == "412")
        #expect(Figure.number(61_234.5) == "61,235")
        #expect(Figure.number(9.876) == "9.88")
        #expect(Figure.number(0.01234) == "0.0123")
        #expect(Figure.time(850) == "850 µs")
        #expect(Figure.time(3_214) == "3.21 ms")
        #expect(Figure.time(31_400_000) == "31.4 s")
        #expect(Figure.seconds(1205) == "20 min 5 s")
        #expect(Figure.bytes(15 << 20) == "15.0 MiB")
        #expect(Figure.cpu(1.8) == "180 %")
        #expect(Figure.share(9_999_999, of: 10_000_000) == "99.99999 %")
    }

    @Test func momentsAreThoseOfTheCalendar() {
        #expect(Moment(microseconds: Sample.start).text == "2026-11-25 14:02:10")
        #expect(Moment(microseconds: 951_782_400_000_000).day == "2000-02-29")
        #expect(Moment(microseconds: -1).text == "1969-12-31 23:59:59")
    }
}
