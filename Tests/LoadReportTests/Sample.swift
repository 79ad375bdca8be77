import Foundation
import LoadRecord
import LoadReport

/// Random numbers that are the same in every test run.
struct Dice: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state ^ (state >> 33)) &* 0xff51_afd7_ed55_8ccd
    }

    /// Around 0, with a standard deviation of 1.
    mutating func normal() -> Double {
        let (u, v) = (Double.random(in: 1e-12..<1, using: &self), Double.random(in: 0..<1, using: &self))
        return (-2 * log(u)).squareRoot() * cos(2 * .pi * v)
    }

    /// Microseconds, skewed to the right as answers' times are, with three digits as a histogram keeps them.
    mutating func times(_ count: Int, medianMilliseconds: Double, spread: Double = 0.35) -> [Int] {
        (0..<count).map { _ in
            let time = Int(medianMilliseconds * 1e3 * exp(spread * normal()))
            var unit = 1
            while time / unit >= 1000 { unit *= 10 }
            return time / unit * unit
        }
    }
}

/// Records as a generator would leave them.
enum Sample {
    /// 2026-11-25 14:02:10 UTC
    static let start: Int64 = 1_795_615_330_000_000

    static func base(_ id: String, scenario: String, users: Int) -> RunRecord {
        var record = RunRecord()
        record.id = id
        record.startedAtMicroseconds = start
        record.tool = "tms-loadtest 0.1.0 (a1b2c3d)"
        record.target.url = "http://127.0.0.1:3000"
        record.target.version = "0.1.0"
        record.target.pid = 4711
        record.target.generatorHost = "loadbox"
        record.target.generatorProcessors = 4
        record.target.isLoopback = true
        record.plan.scenarios = [scenario]
        record.certificate.lines = [
            CertificateLine(what: "own CPU of the busiest core", value: "31 %", limit: "< 70 %", holds: true),
            CertificateLine(what: "send lag p99", value: "0.21 ms", limit: "< 1 ms", holds: true),
            CertificateLine(what: "sent of planned", value: "100 %", limit: "≥ 99.5 %", holds: true),
            CertificateLine(what: "heartbeat gap", value: "3.1 ms", limit: "< 10 ms", holds: true),
        ]
        record.certificate.cpuPerRequest = 34
        return record
    }

    static func figures(_ name: String, times: [Int], seconds: Double, late: [Int] = []) -> ScenarioFigures {
        var figures = ScenarioFigures()
        figures.name = name
        figures.request = name == "getversion" ? "GET /v1/tms/version" : "POST /v1/tms/pubkeys/creds"
        figures.planned = times.count
        figures.sent = times.count
        figures.succeeded = times.count
        figures.statuses = [name == "createkey" ? 201 : 200: times.count]
        figures.perSecond = Double(times.count) / seconds
        figures.service = LatencySummary(times: times)
        figures.fromIntended = LatencySummary(times: times + late)
        figures.firstByte = LatencySummary(times: times.map { $0 * 9 / 10 })
        figures.body = LatencySummary(times: times.map { $0 / 20 })
        figures.connect = LatencySummary(times: [310, 350, 420])
        figures.bytesSent = times.count * 420
        figures.bytesReceived = times.count * 1900
        figures.connectionsOpened = 10
        return figures
    }

    /// The freeze of the note: 10 users, at 14:03:22 everything stands still for 31.4 s, CPU from 180 % to 0 %.
    static func frozen() -> RunRecord { frozenRecord }

    private static let frozenRecord = makeFrozen()

    private static func makeFrozen() -> RunRecord {
        var record = base("20261125-140210-createkey-u10", scenario: "createkey", users: 10)
        record.labels = ["release": "0.1.0", "database": "sqlite"]
        record.note = "to see whether the freeze of last week comes back"
        record.hypotheses = [
            "a queue grows until SQLite can't follow", "it freezes at 10 users", "a memory leak",
            "the CPU is the limit",
            "the moon is in the wrong phase",
        ]
        record.seconds = 120
        var planned = PlannedStep()
        (planned.name, planned.scenarios, planned.users, planned.iterations) = ("createkey", ["createkey"], 10, 20_000)
        planned.warmUpSeconds = 5
        record.plan.steps = [planned]
        var dice = Dice(7)
        var step = StepRecord()
        step.planned = planned
        (step.offsetSeconds, step.seconds, step.warmUpRequests) = (5, 115, 1013)
        var figures = figures(
            "createkey", times: dice.times(17_000, medianMilliseconds: 46), seconds: 115,
            late: (0..<6400).map { 31_400_000 - $0 / 20 * 98_000 })
        figures.failures = [.firstByteTimeout: 10]
        record.timeline = timeline(seconds: 120, &dice)
        step.scenarios = [figures]
        (step.effectiveConcurrency, step.inFlightMax, step.halvesDiffer) = (9.6, 10, 0.42)
        record.steps = [step]
        record.freezes = [freeze()]
        record.evidenceFolder = "evidence"
        record.verdict = Verdict(
            .freeze,
            "31.4 s at 72.0 s: hang, 20 in flight. Likely blocked runtime or deadlock. p99 31.4 s from intended time, "
                + "47.1 ms median service time; 6,437 requests were due meanwhile."
        )
        return record
    }

    private static func freeze() -> FreezeRecord {
        var freeze = FreezeRecord()
        (freeze.offsetSeconds, freeze.seconds, freeze.noticedAfterSeconds, freeze.hasEnded) = (72, 31.4, 2.1, true)
        (freeze.inFlight, freeze.limitSeconds, freeze.lateRequests) = (20, 2, 6437)
        freeze.probes = (0..<6).map { index in
            var probe = ProbeResult()
            probe.question = [.connect, .getversion, .getclient][index % 3]
            probe.outcome = index % 3 == 0 ? "ok" : "timeout"
            probe.offsetSeconds = 74 + Double(index / 3)
            return probe
        }
        var diagnosis = FreezeDiagnosis()
        diagnosis.cause = .blockedRuntime
        diagnosis.reasons = [
            "CPU 0 % for 31 s", "9 of 9 threads asleep with the same stacks twice", "4.2 KiB received and not read",
        ]
        freeze.diagnosis = diagnosis
        freeze.evidence = ["stacks-1.txt", "stacks-2.txt", "threads.txt"]
        return freeze
    }

    private static func timeline(seconds: Int, _ dice: inout Dice) -> [SecondFigures] {
        (0..<seconds).map { second in
            var figures = SecondFigures()
            let isFrozen = (72..<103).contains(second)
            figures.offsetSeconds = Double(second)
            figures.isWarmUp = second < 5
            figures.users = 10
            figures.inFlight = isFrozen ? 20 : 10
            figures.sent = isFrozen ? 0 : 205 + Int(8 * dice.normal())
            figures.succeeded = figures.sent
            if second == 103 { figures.failed = 10 }
            if !isFrozen {
                figures.p50 = 46_000 + Int(1500 * dice.normal())
                figures.p90 = 72_000 + Int(2500 * dice.normal())
                figures.p99 = 92_000 + Int(5000 * dice.normal())
                figures.max = second == 103 ? 31_400_000 : 130_000 + Int(14_000 * dice.normal())
            }
            var server = ServerSample()
            server.cpu = isFrozen ? 0 : 1.8 + 0.05 * Double(second % 3 - 1)
            server.residentBytes = 15 << 20
            server.threads = isFrozen ? ["S": 9] : ["S": 7, "R": 2]
            server.acceptQueue = isFrozen ? 2 : 0
            figures.server = server
            return figures
        }
    }

    /// Six levels by the universal scalability law, with a little noise; passed.
    static func ladder() -> RunRecord { ladderRecord }

    private static let ladderRecord = ladder(levels: [1, 5, 10, 25, 50, 100])

    static func ladder(levels: [Int]) -> RunRecord {
        var record = base("20261125-150000-createkey-ladder", scenario: "createkey", users: 100)
        record.startedAtMicroseconds += 3_470_000_000
        record.labels = ["release": "0.3.0"]
        record.plan.kind = .ladder
        record.forecast = ["All levels can be reached: each user sends for 20 s."]
        record.hypotheses = ["the freeze at 10 users is fixed"]
        var dice = Dice(11)
        for (index, users) in levels.enumerated() {
            let n = Double(users)
            let rate = 62 * n / (1 + 0.05 * (n - 1) + 0.0004 * n * (n - 1)) * (1 + 0.01 * dice.normal())
            var step = StepRecord()
            step.planned.name = "ladder/createkey users=\(users)"
            (step.planned.scenarios, step.planned.users, step.planned.iterations) = (["createkey"], users, 1000)
            step.planned.warmUpSeconds = 2
            (step.offsetSeconds, step.seconds, step.warmUpRequests) = (Double(index) * 22 + 2, 20, Int(2 * rate))
            let times = dice.times(Int(rate * 20), medianMilliseconds: n / rate * 1000 * 0.97, spread: 0.25)
            step.scenarios = [figures("createkey", times: times, seconds: 20)]
            step.effectiveConcurrency = rate * Double(times.reduce(0, +)) / Double(times.count) / 1e6
            (step.inFlightMax, step.halvesDiffer) = (users, 0.012)
            record.steps.append(step)
            for second in 0..<22 {
                var figures = SecondFigures()
                figures.offsetSeconds = Double(index * 22 + second)
                (figures.isWarmUp, figures.step, figures.users, figures.inFlight) = (second < 2, index, users, users)
                figures.sent = Int(rate * (1 + 0.02 * dice.normal()))
                figures.succeeded = figures.sent
                let summary = step.scenarios[0].service
                figures.p50 = summary.percentile(50)
                figures.p90 = summary.percentile(90)
                figures.p99 = summary.percentile(99)
                figures.max = Int(Double(summary.percentile(99.9)) * (1 + 0.1 * abs(dice.normal())))
                record.timeline.append(figures)
            }
        }
        record.plan.steps = record.steps.map(\.planned)
        record.seconds = Double(levels.count) * 22
        record.ladders = LadderAnalysis.all(of: record.steps)
        let best = record.steps.map(\.total.perSecond).max() ?? 0
        record.verdict = Verdict(
            .pass,
            "createkey sustained \(Figure.number(best)) requests/s with 1 to 100 users, no failures and no freeze.")
        return record
    }

    /// Of a skewed distribution with a median of 1.
    private static let shape: [Double] = {
        var dice = Dice(31)
        return (0..<500).map { _ in dice.normal() }.sorted()
    }()

    /// A run of which only the figures count that comparisons read.
    /// - Parameters:
    ///   - slower: 1.2 for a server that takes 20 % longer.
    ///   - noise: what disturbs a run disturbs all its requests alike; of their median and of their spread.
    static func short(_ dice: inout Dice, slower: Double = 1, noise: Double = 0.03, users: Int = 10) -> RunRecord {
        var record = base("run", scenario: "createkey", users: users)
        let (luck, spread) = (exp(noise * dice.normal()), 0.3 * exp(noise * dice.normal()))
        let times = shape.map { Int(20_000 * slower * luck * exp(spread * $0)) }
        let seconds = Double(times.reduce(0, +)) / 1e6 / Double(users)
        var figures = ScenarioFigures()
        figures.name = "createkey"
        figures.succeeded = times.count
        figures.perSecond = Double(times.count) / seconds
        figures.fromIntended = LatencySummary(times: times)
        var step = StepRecord()
        (step.planned.users, step.planned.seconds, step.seconds) = (users, 20, seconds)
        (step.scenarios, step.effectiveConcurrency) = ([figures], Double(users))
        record.steps = [step]
        record.plan.steps = [step.planned]
        return record
    }
}
