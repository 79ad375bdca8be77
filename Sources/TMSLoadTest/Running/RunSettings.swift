private import Foundation
internal import LoadEngine
internal import LoadRecord
internal import LoadReport
internal import TMSClient

/// Everything that a run needs to know, put together from options and environment, and checked.
struct RunSettings: Sendable {
    var address: ServerAddress
    var target: LoadTarget
    var plan: LoadPlan
    var limits: [Condition]
    var goal: [Condition]
    var load: LoadOptions
    var judging: JudgingOptions
    var output: OutputOptions
    var threads: Int
    var serverPid: Int32?
    var serverLog: String?
    var labels: [String: String]
    var environment: TMSEnvironment
    /// Makes the steps of a search for the highest rate.
    var maker: PlanMaker
    /// Of `--accounts`; none: the usual one.
    var accounts: [ScenarioData.Account] = []

    /// - Throws: ``SetUpFailure`` with everything that is wrong or missing.
    init(
        target options: TargetOptions, load: LoadOptions, judging: JudgingOptions, output: OutputOptions,
        environment: TMSEnvironment
    ) throws(SetUpFailure) {
        var problems: [Problem] = []
        var maker = PlanMaker(
            load: load, judging: judging, timeoutSeconds: options.timeout.seconds,
            parsesResponses: environment.parsesResponses)
        plan = maker.make()
        problems += maker.problems
        (limits, goal) = (maker.limits, maker.goal)
        (self.load, self.judging, self.output, self.environment) = (load, judging, output, environment)
        self.maker = maker

        let scenarios = plan.scenarios.compactMap(Scenario.init(rawValue:))
        problems += environment.problems(for: scenarios)
        let address = (options.host ?? environment.url).flatMap(ServerAddress.init)
        if options.host == nil, environment.url == nil {
            problems.append(Problem("no server is named", remedy: "--host http://HOST:PORT, or export TMS_URL=…"))
        } else if address == nil {
            problems.append(
                Problem("the server's address cannot be used", remedy: "write http://HOST:PORT or https://HOST:PORT"))
        }
        problems += Self.fileProblems(options, output)
        if let path = load.accounts {
            do {
                accounts = try AccountsFile.read(path)
                plan.accounts = accounts.count
            } catch {
                problems += error.problems
            }
        }
        if output.runningMetrics.isTooLong { problems.append(Problem("--running-metrics must be at most a year")) }
        (labels, threads) = ([:], max(1, min(options.threads ?? Self.threadsStandard, Self.threadsMax)))
        for label in output.label {
            let parts = label.split(separator: "=", maxSplits: 1).map(\.trimmed)
            if parts.count == 2, !parts[0].isEmpty {
                labels[parts[0]] = parts[1]
            } else {
                problems.append(Problem("--label \(label) is not of the form key=value"))
            }
        }
        (serverPid, serverLog) = (options.serverPid, options.serverLog)
        if let pid = options.serverPid, !FileManager.default.fileExists(atPath: "/proc/\(pid)/stat") {
            problems.append(Problem("--server-pid \(pid): there is no such process on this machine"))
        }
        guard problems.isEmpty, let address else { throw SetUpFailure(problems) }
        self.address = address
        target = LoadTarget(url: address.url)
        target.timeoutSeconds = options.timeout.seconds
        target.connectTimeoutSeconds = min(options.timeout.seconds, target.connectTimeoutSeconds)
        target.usesKeepAlive = !options.noKeepalive
        target.trust = options.acceptInvalidCerts ? .anything : options.cacert.map { .caFile($0) } ?? .system
        (target.certificateFile, target.keyFile) = (options.cert, options.key ?? options.cert)
        target.credentials = environment.credentials
        target.checksBodies = environment.parsesResponses
    }

    private static let threadsMax = 64
    /// The server has to live on the rest, when it is on this machine.
    private static var threadsStandard: Int { max(1, ProcessInfo.processInfo.processorCount / 2) }

    private static func fileProblems(_ options: TargetOptions, _ output: OutputOptions) -> [Problem] {
        var problems: [Problem] = []
        let files = [
            ("--cacert", options.cacert), ("--cert", options.cert), ("--key", options.key),
            ("--server-log", options.serverLog),
        ]
        for (name, path) in files {
            if let path, !FileManager.default.isReadableFile(atPath: path) {
                problems.append(Problem("\(name) \(path) cannot be read"))
            }
        }
        if options.key != nil, options.cert == nil { problems.append(Problem("--key needs --cert")) }
        for path in output.reportFile {
            do {
                _ = try ReportFormat(path: path)
                guard canWrite(path) else {
                    problems.append(
                        Problem("--report-file \(path) cannot be written", remedy: "is there such a folder?"))
                    continue
                }
            } catch {
                problems.append(Problem("--report-file \(error)"))
            }
        }
        if let path = output.requestLog, !canWrite(path) {
            problems.append(Problem("--request-log \(path) cannot be written", remedy: "is there such a folder?"))
        }
        do {
            try FileManager.default.createDirectory(atPath: output.runsDir, withIntermediateDirectories: true)
        } catch {
            problems.append(Problem("--runs-dir \(output.runsDir) cannot be made"))
        }
        if problems.isEmpty, !FileManager.default.isWritableFile(atPath: output.runsDir) {
            problems.append(Problem("--runs-dir \(output.runsDir) cannot be written to"))
        }
        return problems
    }

    private static func canWrite(_ path: String) -> Bool {
        let files = FileManager.default
        if files.fileExists(atPath: path) { return files.isWritableFile(atPath: path) }
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        return files.isWritableFile(atPath: folder)
    }

    /// What must not be seen in anything that is written.
    var secrets: [String] { environment.secrets }

    var facts: TargetFacts {
        var facts = TargetFacts()
        facts.url = address.url
        facts.usesTLS = address.usesTLS
        facts.usesKeepAlive = target.usesKeepAlive
        facts.isLoopback = address.isLoopback
        facts.generatorHost = ProcessInfo.processInfo.hostName
        facts.generatorProcessors = ProcessInfo.processInfo.activeProcessorCount
        return facts
    }
}

extension TMSEnvironment {
    /// A name without its secret is no credential.
    var credentials: Credentials {
        var credentials = Credentials(tenant: tenant)
        if let clientID, let clientSecret { credentials.client = .init(id: clientID, secret: clientSecret) }
        return credentials
    }
}
