import LoadRecord
import LoadReport
import Testing

@testable import TMSLoadTest

@Suite("The verdict")
struct VerdictTests {
    private func record(failed: Int = 0, concurrency: Double = 10) -> RunRecord {
        var figures = ScenarioFigures()
        figures.name = "createkey"
        figures.succeeded = 10_000 - failed
        figures.failures = failed > 0 ? [.status5xx: failed] : [:]
        figures.perSecond = 500
        figures.fromIntended = LatencySummary(times: Array(repeating: 5_000, count: 100))
        var step = StepRecord()
        step.planned.name = "createkey"
        step.planned.scenarios = ["createkey"]
        step.planned.users = 10
        step.seconds = 20
        step.effectiveConcurrency = concurrency
        step.scenarios = [figures]
        var record = RunRecord()
        record.plan.scenarios = ["createkey"]
        record.steps = [step]
        return record
    }

    private func verdict(
        _ record: RunRecord, limits: [String] = [], interrupted: Bool = false, freezes: [FreezeRecipe] = []
    ) throws -> Verdict {
        var record = record
        let limits = try limits.map { try Condition($0) }
        record.thresholds = limits.map { ConditionWatch($0).outcome(of: record) }
        return VerdictMaker(record: record, limits: limits, wasInterrupted: interrupted, earlierFreezes: freezes).make()
    }

    private func freeze(_ kind: FreezeRecord.Kind) -> FreezeRecord {
        var freeze = FreezeRecord()
        (freeze.kind, freeze.seconds, freeze.offsetSeconds, freeze.inFlight, freeze.hasEnded) = (kind, 4, 5, 20, true)
        return freeze
    }

    @Test("A clean run passes with its figures")
    func pass() throws {
        let verdict = try verdict(record())
        #expect(verdict.exitStatus == 0)
        for part in ["500 requests/s", "10 users", "p99 5.00 ms", "no failures in 10,000"] {
            #expect(verdict.headline.contains(part), "\(verdict.headline)")
        }
    }

    @Test("One failure in ten thousand is 0.01 % and exit status 2")
    func oneFailure() throws {
        let verdict = try verdict(record(failed: 1))
        #expect(verdict.exitStatus == 2)
        #expect(verdict.headline.contains("0.01 %") && !verdict.headline.contains(" 0 %"), "\(verdict.headline)")
    }

    @Test("A limit of one's own takes the place of none at all")
    func errorLimit() throws {
        #expect(try verdict(record(failed: 1), limits: ["errors>0.1%"]).exitStatus == 0)
        #expect(try verdict(record(failed: 50), limits: ["errors>0.1%"]).exitStatus == 2)
        #expect(try verdict(record(failed: 1), limits: ["p99>1s"]).exitStatus == 2)
    }

    @Test("A passed threshold is exit status 3")
    func threshold() throws {
        let verdict = try verdict(record(), limits: ["p99>1ms"])
        #expect(verdict.exitStatus == 3 && verdict.headline.contains("p99>1ms"))
    }

    @Test("Load that was not reached is exit status 4, and says so first")
    func notReached() throws {
        var record = record(concurrency: 3)
        record.steps[0].wasReached = false
        record.steps[0].shortfall = "3.0 of 10 users at once"
        let verdict = try verdict(record)
        #expect(verdict.exitStatus == 4 && verdict.headline.hasPrefix("3.0 of 10 users at once"))
    }

    @Test("A freeze outweighs everything else, but not for the generator's own stall")
    func freezes() throws {
        var frozen = record(failed: 10)
        frozen.freezes = [freeze(.hang)]
        let verdict = try verdict(frozen, interrupted: true)
        #expect(verdict.exitStatus == 5 && verdict.headline.hasPrefix("4.0 s at 5.0 s: hang"), "\(verdict.headline)")
        var stalled = record()
        stalled.freezes = [freeze(.generatorStalled)]
        let blamed = try self.verdict(stalled)
        #expect(blamed.exitStatus == 4 && blamed.headline.contains("generator itself"))
    }

    @Test("An interruption is exit status 130 and keeps the figures")
    func interrupted() throws {
        let verdict = try verdict(record(), interrupted: true)
        #expect(verdict.exitStatus == 130 && verdict.headline.contains("500 requests/s"))
    }

    @Test("What passes below the concurrency that froze is not called mended")
    func untested() throws {
        let recipe = FreezeRecipe(scenario: "createkey", concurrency: 20, runID: "20261125-170000-createkey-u20")
        let verdict = try verdict(record(concurrency: 9.6), freezes: [recipe])
        #expect(verdict.exitStatus == 0)
        #expect(verdict.headline.contains("Not tested at the concurrency that froze before"), "\(verdict.headline)")
        #expect(verdict.headline.contains("20 in flight") && verdict.headline.contains(recipe.runID))
        let other = FreezeRecipe(scenario: "getkey", concurrency: 20, runID: "x")
        #expect(try !self.verdict(record(concurrency: 9.6), freezes: [other]).headline.contains("Not tested"))
        #expect(try !self.verdict(record(concurrency: 19), freezes: [recipe]).headline.contains("Not tested"))
    }

    @Test("The word stands before the sentence, and is not said again")
    func saidOnce() throws {
        var (frozen, missed) = (record(), record(concurrency: 3))
        frozen.freezes = [freeze(.hang)]
        (missed.steps[0].wasReached, missed.steps[0].shortfall) = (false, "3.0 of 10 users at once")
        let verdicts = [
            try verdict(record()), try verdict(record(failed: 1)), try verdict(record(), limits: ["p99>1ms"]),
            try verdict(missed), try verdict(frozen), try verdict(record(), interrupted: true),
        ]
        #expect(verdicts.map(\.word) == [.pass, .failedRequests, .threshold, .notReached, .freeze, .interrupted])
        for verdict in verdicts {
            var record = record()
            record.verdict = verdict
            let report = ConsoleText(record)
            let line = report.summary.lowercased()
            #expect(report.text.hasPrefix(report.summary))
            #expect(line.hasPrefix(verdict.word.rawValue))
            #expect(line.ranges(of: verdict.word.rawValue).count == 1, "\(report.summary)")
        }
    }

    @Test("A search says up to which rate, at least to which, or that no rate met the goal")
    func findMax() throws {
        var record = record()
        record.plan.kind = .findMax
        var found = FindMaxOutcome()
        (found.goal, found.foundPerSecond, found.failedPerSecond) = ("p99<50ms", 400, 420)
        found.reason = "p99 was 61.0 ms"
        record.findMax = found
        let limit = try verdict(record)
        #expect(limit.exitStatus == 0)
        #expect(limit.headline.contains("up to 400/s and no longer at 420/s: p99 was 61.0 ms."), "\(limit.headline)")
        record.findMax?.failedPerSecond = nil
        let atLeast = try verdict(record)
        #expect(atLeast.exitStatus == 4 && atLeast.headline.contains("at 400/s at least"), "\(atLeast.headline)")
        record.findMax?.foundPerSecond = 0
        record.findMax?.failedPerSecond = 1
        let none = try verdict(record)
        #expect(none.exitStatus == 3 && none.headline.hasPrefix("No rate met p99<50ms"), "\(none.headline)")
    }

    @Test("A search that the generator ended says nothing against the server, exit status 4")
    func findMaxGenerator() throws {
        var record = record()
        record.plan.kind = .findMax
        var found = FindMaxOutcome()
        found.goal = "p99<50ms"
        found.reason = "the generator was the limit at 50.0/s (p99 was 61.0 ms)"
        record.findMax = found
        let verdict = try verdict(record)
        #expect(verdict.exitStatus == 4 && verdict.word == .generatorLimited)
        #expect(verdict.headline.contains("the generator was the limit at 50.0/s"), "\(verdict.headline)")
    }

    @Test("Answers after the end are no part of the rate that is claimed")
    func claimedRate() throws {
        var record = record()
        record.steps[0].scenarios[0].perSecond = 480
        #expect(try verdict(record).headline.contains("sustained 480 requests/s"))
    }

    @Test("A threshold on something never measured is exit status 3")
    func unmeasured() throws {
        let verdict = try verdict(record(), limits: ["server-memory>200MB"])
        #expect(verdict.exitStatus == 3, "\(verdict.headline)")
        #expect(verdict.headline.hasPrefix("server-memory>200MB: nothing was measured"), "\(verdict.headline)")
    }

    @Test("A red certificate makes it at least")
    func atLeast() throws {
        var record = record()
        record.certificate.lines = [CertificateLine(what: "own CPU", value: "91 %", limit: "< 70 %", holds: false)]
        #expect(try verdict(record).headline.contains("at least 500 requests/s"))
    }
}
