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
            ("p99>1ms for ever", "no time"),
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
        figures.fromIntended = LatencySummary(times: p99.compactMap { $0.map { $0 * 1000 } })
        var step = StepRecord()
        step.seconds = Double(p99.count)
        step.scenarios = [figures]
        record.steps = [step]
        return record
    }

    @Test("With a time they hold only without a break")
    func duration() throws {
        let condition = try Condition("p99>250ms for 3s")
        #expect(!condition.outcome(of: record(p99: [10, 300, 300, 10, 300, 300])).wasPassed)
        let passed = condition.outcome(of: record(p99: [10, 300, 310, 300, 10]))
        #expect(passed.wasPassed)
        #expect(passed.detail.contains("310 ms") && passed.detail.contains("from 1.00 s to 4.00 s"), "\(passed.detail)")
        // A second without any answer is no recovery.
        #expect(condition.outcome(of: record(p99: [300, nil, 300])).wasPassed)
    }

    @Test("Warm-up does not count")
    func warmUp() throws {
        var record = record(p99: [300, 300, 300, 10])
        for index in 0..<2 { record.timeline[index].isWarmUp = true }
        #expect(try !Condition("p99>250ms for 2s").outcome(of: record).wasPassed)
    }

    @Test("Without one they hold of the whole")
    func whole() throws {
        let record = record(p99: [10, 20, 30], failed: 11)
        #expect(try Condition("errors>0.1%").outcome(of: record).wasPassed)
        #expect(try !Condition("errors>0.2%").outcome(of: record).wasPassed)
        #expect(try Condition("rate<4000").outcome(of: record).wasPassed)
        #expect(try !Condition("rate<3000").outcome(of: record).wasPassed)
        #expect(try Condition("max>25ms").outcome(of: record).wasPassed)
    }
}
