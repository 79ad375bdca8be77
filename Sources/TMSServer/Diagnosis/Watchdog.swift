internal import Logging
internal import NIOCore
internal import Primitives
internal import TMSAPI
internal import TMSStore
internal import Telemetry

/// Looks at all heartbeats, several times in the time that a part may take, from a thread that does nothing else and
/// waits for nobody.
///
/// When a part is late it says so in the log, on the probes and in the metrics: what the part was doing, and since when.
final class Watchdog: Sendable {
    /// A loop, which shows that it is alive by running a task.
    struct Loop: Sendable {
        let eventLoop: any EventLoop
        let heartbeat: Heartbeat
        let lag: Histogram
    }

    private struct State {
        var isClosed = false
        var problems: [Problem] = []
    }

    private let state = Monitor(State())
    private let thread: WorkerThread

    /// - Parameter limitMilliseconds: for which a part may be at the same thing.
    init(_ telemetry: Telemetry, loops: [Loop], limitMilliseconds: Int, logger: Logger) {
        let state = state
        // Seen at the latest a quarter of the limit after it was reached.
        let intervalMilliseconds = max(10, limitMilliseconds / 4)
        thread = WorkerThread(name: "tms-watchdog") {
            var rounds = WatchdogRounds(
                telemetry, loops: loops, limitMilliseconds: limitMilliseconds, logger: logger)
            while true {
                let isClosed = state.wait(timeoutMilliseconds: intervalMilliseconds) { $0.isClosed ? true : nil }
                if isClosed == true { return }
                let problems = rounds.look(now: Monotonic.nanoseconds)
                state.withLock { $0.problems = problems }
            }
        }
    }

    /// What is late now.
    var problems: [Problem] { state.withLock { $0.problems } }

    func shutdown() {
        state.update { $0.isClosed = true }
        thread.join()
    }
}

/// A part that is late.
struct Problem: Sendable, Equatable {
    let part: String
    let doing: String
    let since: Timestamp
    let seconds: Double

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.name("part")
            json.string(part)
            json.name("doing")
            json.string(doing)
            json.name("since")
            json.time(since)
            json.name("seconds")
            json.value(.number("\((seconds * 1000).rounded() / 1000)"))
        }
    }
}

/// What the watchdog remembers from one look to the next.
struct WatchdogRounds {
    private let telemetry: Telemetry
    private let loops: [Watchdog.Loop]
    private let limit: Int
    private let logger: Logger
    private let standstills: Counter
    private let lates: [String: (isLate: Gauge, count: Counter)]
    private var late: Set<String> = []
    private var lastLook: Int?
    /// What was begun before it is not held against anybody: the whole process stood still.
    private var forgivenUntil = 0

    init(_ telemetry: Telemetry, loops: [Watchdog.Loop], limitMilliseconds: Int, logger: Logger) {
        self.telemetry = telemetry
        self.loops = loops
        self.logger = logger
        limit = limitMilliseconds * 1_000_000
        let metrics = telemetry.metrics
        standstills = metrics.counter("tms_standstills_total", "Times the whole process stood still.")
        lates = Dictionary(
            uniqueKeysWithValues: telemetry.heartbeats.map { heartbeat in
                let isLate = Gauge()
                metrics.gauge("tms_part_late", "1 while the part is late.", ["part": heartbeat.part]) {
                    Double(isLate.value)
                }
                let count = metrics.counter("tms_late_total", "Times the part was late.", ["part": heartbeat.part])
                return (heartbeat.part, (isLate, count))
            })
    }

    /// - Parameter now: nanoseconds by `Monotonic`.
    mutating func look(now: Int) -> [Problem] {
        noticeStandstill(now)
        for loop in loops where loop.heartbeat.work == nil {
            loop.heartbeat.ask()
            loop.eventLoop.execute { loop.lag.add(loop.heartbeat.answer()) }
        }
        var problems: [Problem] = []
        for heartbeat in telemetry.heartbeats {
            let problem = problem(heartbeat, now)
            tell(heartbeat.part, problem)
            if let problem { problems.append(problem) }
        }
        return problems
    }

    /// If this thread, which waits for nobody, was late itself, then everybody was.
    private mutating func noticeStandstill(_ now: Int) {
        defer { lastLook = now }
        guard let lastLook, now - lastLook > limit else { return }
        forgivenUntil = now
        standstills.add()
        logger.error(
            "the process stood still",
            metadata: ["seconds": "\(Double(now - lastLook) / 1e9)", "likely": "stopped, paused or starved"])
    }

    private func problem(_ heartbeat: Heartbeat, _ now: Int) -> Problem? {
        guard let (doing, since) = heartbeat.work else { return nil }
        let elapsed = now - max(since, forgivenUntil)
        guard elapsed > max(limit, heartbeat.allowedMilliseconds * 1_000_000) else { return nil }
        return Problem(
            part: heartbeat.part, doing: doing,
            since: Timestamp(microseconds: Timestamp.now.microseconds - Int64(elapsed / 1000)),
            seconds: Double(elapsed) / 1e9)
    }

    /// Once when it begins, and once when it is over.
    private mutating func tell(_ part: String, _ problem: Problem?) {
        let wasLate = late.contains(part)
        if let problem, !wasLate {
            late.insert(part)
            lates[part]?.isLate.set(1)
            lates[part]?.count.add()
            logger.error(
                "part is late",
                metadata: [
                    "part": "\(part)", "doing": "\(problem.doing)", "since": "\(problem.since)",
                    "seconds": "\(problem.seconds)",
                ])
        } else if problem == nil, wasLate {
            late.remove(part)
            lates[part]?.isLate.set(0)
            logger.notice("part is on time again", metadata: ["part": "\(part)"])
        }
    }
}
