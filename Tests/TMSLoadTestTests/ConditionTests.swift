import LoadRecord
import Testing

@testable import TMSLoadTest

@Suite("Conditions")
struct ConditionTests {
    @Test(
        "are read",
        arguments: [
            ("p99>250ms", Condition.Metric.percentile(99), 250_000.0, nil as Double?),
            ("p99 > 250ms for 10s", .percentile(99), 250_000, 10), ("p99.9>=1s", .percentile(99.9), 1_000_000, nil),
            ("errors>0.1%", .errors, 0.001, nil), ("rate<400", .rate, 400, nil), ("rate<400/s for 5s", .rate, 400, 5),
            ("max>2s", .max, 2_000_000, nil), ("median<5ms", .percentile(50), 5_000, nil),
            ("failures>3", .failures, 3, nil),
            ("server-memory>200MB", .serverMemory, 200_000_000, nil), ("server-cpu>150%", .serverCPU, 1.5, nil),
        ])
    func read(text: String, metric: Condition.Metric, limit: Double, duration: Double?) throws {
        let condition = try Condition(text)
        #expect(condition.metric == metric)
        #expect(abs(condition.limit - limit) < 0.000_001)
        #expect(condition.duration == duration)
    }

    @Test(
        "are refused with the reason",
        arguments: [
            ("p99", "compares nothing"), ("p42>1ms", "nothing that is measured"), ("p99>250", "with a unit"),
            ("errors>5", "per cent"), ("errors>200%", "per cent"), ("rate<fast", "a number"),
            ("p99>1ms for ever", "no time"), ("p99>1ms for 1e300", "no time"), ("server-memory>nanMB", "a size"),
            ("p95>1ms for 10s", "only p50"), ("", "compares nothing"), ("server-memory>5", "a size"),
        ])
    func refused(text: String, reason: String) {
        do {
            _ = try Condition(text)
            Issue.record("\(text) was taken")
        } catch {
            #expect(error.reason.contains(reason), "\(error.reason)")
        }
    }

    /// A run of one step, whose p99 in milliseconds is given second by second; nil: nothing was completed.
    private func record(p99: [Int?], failed: Int = 0) -> RunRecord {
        var record = RunRecord()
        record.timeline = p99.enumerated().map { index, value in
            var second = SecondFigures()
            second.offsetSeconds = Double(index)
            second.p99 = value.map { $0 * 1000 }
            second.succeeded = value == nil ? 0 : 100
            return second
        }
        var figures = ScenarioFigures()
        figures.succeeded = 10_000 - failed
        figures.failures = failed > 0 ? [.status5xx: failed] : [:]
        figures.perSecond = 10_000 / Double(p99.count)
        figures.fromIntended = LatencySummary(times: p99.compactMap { $0.map { $0 * 1000 } })
        var step = StepRecord()
        step.seconds = Double(p99.count)
        step.scenarios = [figures]
        record.steps = [step]
        return record
    }

    private func outcome(_ text: String, of record: RunRecord) throws -> ThresholdOutcome {
        var watch = ConditionWatch(try Condition(text))
        for second in record.timeline { watch.add(second) }
        return watch.outcome(of: record)
    }

    @Test("With a time they hold only without a break")
    func duration() throws {
        let condition = "p99>250ms for 3s"
        #expect(try !outcome(condition, of: record(p99: [10, 300, 300, 10, 300, 300])).wasPassed)
        let passed = try outcome(condition, of: record(p99: [10, 300, 310, 300, 10]))
        #expect(passed.wasPassed)
        #expect(passed.detail.contains("310 ms") && passed.detail.contains("from 1.00 s to 4.00 s"), "\(passed.detail)")
        // A second without any answer is no recovery.
        #expect(try outcome(condition, of: record(p99: [300, nil, 300])).wasPassed)
    }

    @Test("Warm-up does not count")
    func warmUp() throws {
        var record = record(p99: [300, 300, 300, 10])
        for index in 0..<2 { record.timeline[index].isWarmUp = true }
        #expect(try !outcome("p99>250ms for 2s", of: record).wasPassed)
        // Two bad seconds with another step's warm-up between them are no stretch of two.
        var steps = self.record(p99: [300, 300, 300, 10])
        steps.timeline[1].isWarmUp = true
        steps.timeline[2].step = 1
        #expect(try !outcome("p99>250ms for 2s", of: steps).wasPassed)
    }

    @Test("Seconds are judged as they come, not as the thinned timeline has them")
    func longRuns() throws {
        var record = record(p99: (0..<64).map { [20, 27].contains($0) ? 300 : 10 })
        for index in record.timeline.indices {
            var sample = ServerSample()
            (sample.residentBytes, sample.cpu) = (index == 41 ? 300_000_000 : 20_000_000, 0.5)
            record.timeline[index].server = sample
        }
        var (timeline, watches) = (
            Timeline(countMax: 8),
            try ["p99>250ms for 10s", "p99>250ms for 1s", "server-memory>200MB", "server-memory>300MB"].map {
                ConditionWatch(try Condition($0))
            }
        )
        for second in record.timeline {
            timeline.append(second)
            for index in watches.indices { watches[index].add(second) }
        }
        // What the report has left of it would show 16 bad seconds in a row, and no peak.
        #expect(timeline.seconds.count <= 9)
        record.timeline = timeline.seconds
        let outcomes = watches.map { $0.outcome(of: record) }
        #expect(outcomes.map(\.wasPassed) == [false, true, true, false], "\(outcomes)")
        #expect(outcomes[0].detail == "at most 1.00 s without a break, of 10.0 s")
        #expect(outcomes[2].detail.contains("286 MiB"), "\(outcomes[2].detail)")
    }

    @Test(
        "What was never measured has not been kept",
        arguments: ["server-memory>200MB", "server-cpu>50% for 10s", "p99>250ms", "p99>250ms for 1s"])
    func nothingMeasured(text: String) throws {
        let outcome = try outcome(text, of: record(p99: [nil, nil]))
        #expect(outcome.wasPassed && outcome.detail == "nothing was measured")
    }

    @Test("Answers after the end are no part of a step's rate")
    func rateInTime() throws {
        // 10,000 answers, of which those within the three seconds were 900.
        var record = record(p99: [10, 10, 10])
        record.steps[0].scenarios[0].perSecond = 300
        let outcome = try outcome("rate<400", of: record)
        #expect(outcome.wasPassed && outcome.detail == "the rate was 300/s", "\(outcome.detail)")
    }

    @Test("Without one they hold of the whole")
    func whole() throws {
        let record = record(p99: [10, 20, 30], failed: 11)
        #expect(try outcome("errors>0.1%", of: record).wasPassed)
        #expect(try !outcome("errors>0.2%", of: record).wasPassed)
        #expect(try outcome("rate<4000", of: record).wasPassed)
        #expect(try !outcome("rate<3000", of: record).wasPassed)
        #expect(try outcome("max>25ms", of: record).wasPassed)
    }
}
