internal import LoadEngine
internal import LoadRecord
internal import LoadWatch
private import NIOCore
private import NIOPosix
internal import TMSAPI
internal import TMSClient

/// What is found out and made before the first request of a run.
struct Preflight {
    /// As the server told; nil when it did not.
    private(set) var version: String?
    private(set) var commit: String?
    private(set) var data = ScenarioData()
    /// Mean seconds of each scenario, when there is one user.
    private(set) var latencies: [String: Double] = [:]
    private(set) var pid: Int32?
    /// Sentences for people.
    private(set) var remarks: [String] = []

    /// Seconds that a first answer may take.
    private static let patienceSeconds = 3
    /// Requests per scenario that the forecast is made of.
    private static let tries = 20
    private static let triesSeconds = 2.0

    /// - Throws: ``SetUpFailure`` when the server is out of reach, or a key for getkey cannot be made.
    init(_ settings: RunSettings) async throws {
        var options = ClientOptions()
        options.timeout = .seconds(Self.patienceSeconds)
        if case .caFile(let file) = settings.target.trust { options.caFile = file }
        options.checksCertificate = settings.target.trust != .anything
        (options.certificateFile, options.privateKeyFile) = (settings.target.certificateFile, settings.target.keyFile)
        let client: Client
        do {
            client = try Client(
                baseURL: settings.address.url, credentials: settings.target.credentials, options: options)
        } catch {
            throw SetUpFailure("\(error)")
        }
        do {
            let answers = try await look(at: client, settings)
            try await makeData(client, settings)
            await client.shutdown()
            // Of a plan for one user, or at a rate, there is nothing to forecast.
            let isForecast = settings.plan.steps.contains { ($0.users ?? 1) > 1 }
            if answers, isForecast { await measure(settings) }
        } catch {
            await client.shutdown()
            throw error
        }
        pid = settings.serverPid
        if pid == nil, await ThisMachine.has(settings.address) {
            pid = ServerProcess.find(listeningOn: settings.address.port)
        }
        if pid == nil { try refuseUnwatched(settings) }
    }

    /// A threshold on what is never measured would be a threshold that always passes.
    private func refuseUnwatched(_ settings: RunSettings) throws(SetUpFailure) {
        let unwatched = (settings.limits + settings.goal).filter(\.needsServerProcess)
        guard !unwatched.isEmpty else { return }
        throw SetUpFailure(
            unwatched.map {
                Problem(
                    "\"\($0.text)\" needs the server's process, which was not found on this machine",
                    remedy: "run beside the server and name it: --server-pid PID")
            })
    }

    /// Whether it answers at all. A server that hangs is worth a load test; one that refuses connections is not.
    private mutating func look(at client: Client, _ settings: RunSettings) async throws(SetUpFailure) -> Bool {
        do {
            let answer = try await client.send(SystemAPI.version)
            (version, commit) = (answer.version, answer.gitCommit)
        } catch .unreachable(let reason) {
            // A server that takes connections and breaks them is for the load test to describe.
            guard !settings.address.usesTLS, await Self.takesConnections(settings.address) else {
                throw SetUpFailure(
                    "the server \(settings.address.url) cannot be reached: \(reason)",
                    remedy: "is it running, and is the address right?")
            }
            remarks.append("GET /v1/tms/version before the run was broken off: \(reason).")
        } catch .misconfigured(let reason) {
            throw SetUpFailure(reason)
        } catch .timedOut {
            remarks.append("The server did not answer GET /v1/tms/version within \(Self.patienceSeconds) s; going on.")
            return false
        } catch {
            remarks.append("GET /v1/tms/version before the run: \(error).")
        }
        return true
    }

    private static func takesConnections(_ address: ServerAddress) async -> Bool {
        let connecting = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(Int64(patienceSeconds)))
            .connect(host: address.host, port: address.port)
        guard let channel = try? await connecting.get() else { return false }
        try? await channel.close()
        return true
    }

    private mutating func makeData(_ client: Client, _ settings: RunSettings) async throws(SetUpFailure) {
        let environment = settings.environment
        data.mode = ScenarioData.Keys(rawValue: settings.load.keys.rawValue) ?? .own
        if !settings.accounts.isEmpty { data.accounts = settings.accounts }
        data.createdKeyType = ""
        if let user = environment.keyUserID { data.createdKeyUID = user }
        guard settings.plan.scenarios.contains(Scenario.getkey.rawValue) else { return }
        if let fingerprint = environment.fingerprint, let user = environment.keyUser, let host = environment.keyHost {
            data.keys = [
                ScenarioData.Key(
                    fingerprint: fingerprint, user: user, uid: environment.keyUserID ?? data.createdKeyUID, host: host,
                    keyType: environment.keyType ?? "ssh-ed25519")
            ]
            return
        }
        let users = settings.plan.steps.compactMap(\.users).max() ?? KeyMaker.keysMax
        let maker = KeyMaker(client: client, accounts: data.accounts, keyType: environment.keyType)
        data.keys = try await maker.make(data.mode == .hot ? 1 : users)
        remarks.append("Made \(data.keys.count.of("key")) for getkey to ask for.")
    }

    /// Sends a few requests of each scenario one by one, for the forecast.
    private mutating func measure(_ settings: RunSettings) async {
        var target = settings.target
        target.timeoutSeconds = min(target.timeoutSeconds, Double(Self.patienceSeconds))
        guard let engine = try? LoadEngine(target: target, data: data, threads: 1) else { return }
        for scenario in settings.plan.scenarios {
            var step = PlannedStep()
            (step.name, step.scenarios, step.users, step.startSeconds) = (scenario, [scenario], 1, 0)
            (step.iterations, step.seconds) = (Self.tries, Self.triesSeconds)
            var plan = LoadPlan()
            (plan.scenarios, plan.steps, plan.parsesResponses) = ([scenario], [step], false)
            // What cannot be measured is not forecast; the run will tell why.
            guard let record = try? await engine.run(step, number: 0, of: plan, onSecond: { _ in }) else { continue }
            let service = record.total.service
            if service.count > 0 { latencies[scenario] = service.mean / 1e6 }
        }
        await engine.shutdown()
    }
}
