import LoadRecord
import LoadReport
import Testing

@Suite struct ComparisonTests {
    private func fivePairs(_ dice: inout Dice, slower: Double, noise: Double) -> PairsOfRuns {
        var pairs = PairsOfRuns()
        for _ in 0..<5 {
            pairs.a.append(Sample.short(&dice, noise: noise))
            pairs.b.append(Sample.short(&dice, slower: slower, noise: noise))
        }
        return pairs
    }

    /// As `compare --pairs 5` does them.
    private func trials(slower: Double, noise: Double, seed: UInt64, count: Int = 20) -> [Comparison.Word] {
        var dice = Dice(seed)
        return (0..<count).map { _ in
            let first = fivePairs(&dice, slower: slower, noise: noise)
            let comparison = Comparison(first, acrossHosts: true)
            guard comparison.word.isDifference else { return comparison.word }
            let again = fivePairs(&dice, slower: slower, noise: noise)
            return Comparison(first, confirmedBy: again, acrossHosts: true).word
        }
    }

    /// A machine that other work disturbs: once around, the interval of five pairs finds too much.
    @Test func noiseIsNotTakenForADifferenceTwice() {
        let words = trials(slower: 1, noise: 0.3, seed: 24, count: 40)
        #expect(words.count(where: \.isDifference) <= 2, "\(words)")
    }

    @Test func aDifferenceThatDoesNotComeAgainIsNotClaimed() {
        var dice = Dice(7)
        let slower = fivePairs(&dice, slower: 1.2, noise: 0.01)
        let nearlyEqual = fivePairs(&dice, slower: 1.03, noise: 0.01)
        #expect(Comparison(slower, acrossHosts: true).word == .slower)
        let comparison = Comparison(slower, confirmedBy: nearlyEqual, acrossHosts: true)
        // All ten pairs together would say so.
        #expect(
            Comparison(
                PairsOfRuns(a: slower.a + nearlyEqual.a, b: slower.b + nearlyEqual.b), acrossHosts: true
            ).word == .slower)
        #expect(comparison.word == .inconclusive)
        #expect(comparison.text.contains("not confirmed: slower in 5 pairs"))
        #expect(comparison.runsOfA == 10)
        let same = Comparison(slower, confirmedBy: slower, acrossHosts: true)
        #expect(same.word == .slower)
        #expect(same.text.contains("10 pairs of runs"))
    }

    @Test(arguments: [0.01, 0.05])
    func aServerIsNotSlowerThanItself(_ noise: Double) {
        let words = trials(slower: 1, noise: noise, seed: 21)
        #expect(words.count { $0 == .same || $0 == .inconclusive } >= 19, "\(words)")
    }

    @Test(arguments: [0.01, 0.05])
    func aFifthSlowerIsSeen(_ noise: Double) {
        let words = trials(slower: 1.2, noise: noise, seed: 22)
        #expect(words.count { $0 == .slower } >= 19, "\(words)")
    }

    @Test func quietRunsOfTheSameServerAreTheSame() {
        #expect(trials(slower: 1, noise: 0.01, seed: 23).count { $0 == .same } >= 15)
    }

    @Test func onePairTestsNothing() {
        var dice = Dice(1)
        let comparison = Comparison(a: [Sample.short(&dice)], b: [Sample.short(&dice, slower: 1.2)])
        #expect(comparison.word == .inconclusive)
        #expect(comparison.text.contains("one run each: difference not tested"))
        #expect(comparison.text.contains("rate  A"))
    }

    @Test func unlikeRunsAreRefusedWithWhatDiffers() {
        var dice = Dice(2)
        let a = Sample.short(&dice)
        func differences(_ change: (inout RunRecord) -> Void) -> [String] {
            var b = a
            change(&b)
            let comparison = Comparison(a: [a], b: [b])
            #expect(comparison.word == .notComparable)
            return comparison.differences
        }
        #expect(differences { $0.target.usesTLS = true } == ["TLS: off and on"])
        #expect(differences { $0.target.usesKeepAlive = false } == ["keep-alive: on and off"])
        #expect(differences { $0.plan.accounts = 3 } == ["accounts: 1 and 3"])
        #expect(differences { $0.plan.timeoutSeconds = 5 } == ["time-out: 60.0 s and 5.00 s"])
        #expect(differences { $0.plan.parsesResponses = false } == ["bodies: checked and not checked"])
        #expect(differences { $0.steps[0].wasReached = false } == ["load reached: reached and not reached"])
        #expect(differences { $0.plan.steps[0].users = 50 } == ["planned load: 10 users and 50 users"])
        #expect(
            differences { $0.target.url = "http://tms.example.org:3000" } == ["host: 127.0.0.1 and tms.example.org"])
        #expect(differences { $0.plan.scenarios = ["getkey"] } == ["scenarios: createkey and getkey"])
        let errors = differences {
            $0.steps[0].scenarios[0].failures = [.status4xx: 500]
            $0.steps[0].scenarios[0].succeeded = 0
        }
        #expect(errors.contains("error mix: failed by 4xx 0 % and 100 % of the requests"))
    }

    private func failing(_ part: Double, _ record: RunRecord) -> RunRecord {
        var record = record
        let all = record.requests
        let failed = Int(part * Double(all))
        record.steps[0].scenarios[0].failures = [.status4xx: failed]
        record.steps[0].scenarios[0].succeeded = all - failed
        return record
    }

    @Test func howSoonRequestsFailIsNoSpeed() {
        var dice = Dice(8)
        let quick = fivePairs(&dice, slower: 0.5, noise: 0.01)
        #expect(Comparison(quick, acrossHosts: true).word == .faster)
        let refused = PairsOfRuns(a: quick.a.map { failing(1, $0) }, b: quick.b.map { failing(1, $0) })
        let comparison = Comparison(refused, acrossHosts: true)
        #expect(comparison.word == .notComparable && comparison.metrics.isEmpty)
        #expect(
            comparison.text.hasPrefix("not comparable: half or more of the requests failed in 10 of 10 runs"),
            "\(comparison.text)")
        #expect(comparison.text.contains("A: 2,500 of 2,500 requests failed (100 %)."))
        let one = PairsOfRuns(a: [failing(0.5, quick.a[0])] + quick.a.dropFirst(), b: quick.b)
        #expect(Comparison(one, acrossHosts: true).text.contains("in 1 of 10 runs"))
    }

    @Test func fewFailuresAreNamedWithTheirPart() {
        var dice = Dice(9)
        var pairs = fivePairs(&dice, slower: 0.5, noise: 0.01)
        pairs.b[3] = failing(0.002, pairs.b[3])
        let comparison = Comparison(pairs, acrossHosts: true)
        #expect(comparison.word == .faster)
        #expect(comparison.remarks == ["B: 1 of 2,500 requests failed (0.04 %)."])
    }

    @Test func aDatabaseThatHasGrownIsUnlikeASmallOne() {
        var dice = Dice(6)
        func run(_ mebibytes: Int?) -> RunRecord {
            var record = Sample.short(&dice)
            record.target.databaseBytes = mebibytes.map { $0 << 20 }
            return record
        }
        let grown = Comparison(a: [run(20)], b: [run(310)])
        #expect(grown.differences == ["database at the start: 20.0 MiB and 310 MiB"])
        for (a, b) in [(1, 15), (200, 250), (nil, 300)] as [(Int?, Int?)] {
            #expect(Comparison(a: [run(a)], b: [run(b)]).differences.isEmpty)
        }
    }

    @Test func anotherPortOfTheSameHostIsComparable() {
        var dice = Dice(5)
        var b = Sample.short(&dice)
        b.target.url = "http://127.0.0.1:3001"
        #expect(Comparison(a: [Sample.short(&dice)], b: [b]).word == .inconclusive)
    }
}
