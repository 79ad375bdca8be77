import LoadEngine
import LoadRecord
import Primitives
import Synchronization
import Testing

/// Short ways to send a load.
enum Load {
    static func closed(
        _ scenarios: [String] = ["getversion"], users: Int, iterations: Int? = nil, seconds: Double? = nil,
        throttle: Int? = nil, warmUp: Double = 0, start: Double = 0.05, goose: Bool = false
    ) -> (LoadPlan, PlannedStep) {
        var plan = LoadPlan()
        plan.scenarios = scenarios
        plan.throttlePerSecond = throttle
        plan.startsLikeGoose = goose
        var step = PlannedStep()
        step.name = "test"
        (step.users, step.iterations, step.seconds) = (users, iterations, seconds)
        (step.warmUpSeconds, step.startSeconds) = (warmUp, goose ? Double(users) : start)
        plan.steps = [step]
        return (plan, step)
    }

    static func open(
        _ scenarios: [String] = ["getversion"], rate: Double, seconds: Double, connections: Int? = nil,
        warmUp: Double = 0
    ) -> (LoadPlan, PlannedStep) {
        var (plan, step) = closed(scenarios, users: 1, seconds: seconds, warmUp: warmUp)
        plan.model = .open
        (step.users, step.rate) = (connections, rate)
        plan.steps = [step]
        return (plan, step)
    }

    /// Runs one step against the server and closes both.
    @discardableResult
    static func run(
        _ load: (LoadPlan, PlannedStep), on server: TestServer? = nil, target: LoadTarget? = nil,
        data: ScenarioData = ScenarioData(), threads: Int = 2,
        onSecond: @escaping @Sendable (SecondFigures) -> Void = { _ in },
        during: (@Sendable (LoadEngine) async throws -> Void)? = nil
    ) async throws -> (record: StepRecord, certificate: GeneratorCertificate) {
        let engine = try LoadEngine(
            target: target ?? LoadTarget(url: server?.url ?? ""), data: data, threads: threads)
        async let side: Void? = during?(engine)
        let record = try await engine.run(load.1, number: 0, of: load.0, onSecond: onSecond)
        _ = try await side
        let certificate = engine.certificate()
        await engine.shutdown()
        await server?.close()
        return (record, certificate)
    }

    /// Tries again when the machine was busy with other things, as the generator's own heartbeat tells.
    static func quietly(
        _ attempt: () async throws -> (record: StepRecord, certificate: GeneratorCertificate)
    ) async throws -> StepRecord {
        for _ in 0..<4 {
            let (record, certificate) = try await attempt()
            if certificate.heartbeatGapMax < 15_000 { return record }
        }
        return try await attempt().record
    }
}

extension TestServer {
    /// Answers at once, but from the first second after the first request until the third answers nothing.
    static func standingStillForTwoSeconds() throws -> TestServer {
        let firstAt = Moment()
        return try TestServer { _ in
            let now = Monotonic.nanoseconds
            let second = Double(now - firstAt.first(now)) / 1e9
            return .json(TestServer.version, delay: second >= 1 && second < 3 ? 3 - second : 0.001)
        }
    }
}

/// Whether a time is within 2 % of the truth, and a fifth of a millisecond for the way there and back.
func isNear(_ measured: Int, _ truth: Int) -> Bool {
    abs(measured - truth) <= truth / 50 + 200
}

/// How long a server really took for its answers.
struct Truth {
    /// Microseconds, the shortest first.
    private var held: [Int] = []

    init() {}

    init(of server: TestServer) {
        held = server.counts.held.withLock { $0.sorted() }
    }

    func percentile(_ percent: Double) -> Int {
        let rank = Int((Double(held.count) * percent / 100).rounded(.up))
        return held.isEmpty ? 0 : held[max(0, min(rank, held.count) - 1)]
    }
}

/// The first of several moments.
final class Moment: Sendable {
    private let at = Atomic(0)

    func first(_ now: Int) -> Int {
        _ = at.compareExchange(expected: 0, desired: now, ordering: .relaxed)
        return at.load(ordering: .relaxed)
    }
}

/// All of them, one load at a time: two would measure each other.
@Suite(.serialized) enum LoadEngineTests {}
