internal import LoadEngine
internal import LoadRecord
internal import Primitives
internal import TMSClient

/// `--calibrate`: the plan's heaviest step against a responder within this program.
enum Calibration {
    private static let seconds = 3.0

    /// - Returns: requests per second that the generator reached.
    static func run(_ settings: RunSettings, data: ScenarioData) async throws -> Double {
        let responder = try await LoopbackResponder()
        do {
            let reached = try await measure(settings, data, url: responder.url)
            await responder.stop()
            return reached
        } catch {
            await responder.stop()
            throw error
        }
    }

    private static func measure(_ settings: RunSettings, _ data: ScenarioData, url: String) async throws -> Double {
        var target = LoadTarget(url: url)
        target.usesKeepAlive = settings.target.usesKeepAlive
        // Of the right length, and nobody's.
        target.credentials = Credentials(
            tenant: "calibration", client: .init(id: "calibration", secret: SecretBytes("calibration")))
        var data = data
        if data.keys.isEmpty {
            data.keys = [ScenarioData.Key(fingerprint: "SHA256:calibration", user: "u", uid: "1", host: "h")]
        }
        let engine = try LoadEngine(target: target, data: data, threads: settings.threads)
        var plan = settings.plan
        plan.throttlePerSecond = nil
        let heaviest = plan.steps.max { ($0.rate ?? Double($0.users ?? 0)) < ($1.rate ?? Double($1.users ?? 0)) }
        var step = heaviest ?? PlannedStep()
        if step.rate == nil, step.users == nil { step.users = PlanMaker.usersStandard }
        plan.model = step.rate == nil ? .closed : .open
        plan.startsLikeGoose = false
        (step.name, step.scenarios) = ("calibration", plan.scenarios)
        (step.iterations, step.seconds, step.startSeconds, step.warmUpSeconds) = (nil, seconds, 0, 0.5)
        let record = try await engine.run(step, number: 0, of: plan, onSecond: { _ in })
        await engine.shutdown()
        return record.total.perSecond
    }
}
