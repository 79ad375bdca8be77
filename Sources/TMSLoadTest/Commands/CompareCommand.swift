internal import ArgumentParser
private import Foundation
private import LoadRecord
private import LoadReport

/// `tms-loadtest compare`: whether one is faster than the other, and whether that can be told.
struct CompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Say whether one server or release is faster than another: faster, slower, same, inconclusive or "
            + "not comparable.",
        usage: """
            tms-loadtest compare RUN-A RUN-B
            tms-loadtest compare --pairs 5 --a URL --b URL [options of a run]
            """,
        discussion: """
            Two kept runs differ by chance alone, so that of one run each only the figures are shown. With --pairs both \
            servers are loaded in turn, a b b a a b …, and the difference is judged by the runs' medians with a 95 % \
            interval; that takes five pairs or more. When there is one, as many pairs are run again, and it is claimed \
            only if they say the same. Exit status 6 when B is slower.
            """)

    @Argument(help: "Names of runs as `runs list` shows them; more of each may be joined by commas.")
    var runs: [String] = []

    @Option(help: "Run both servers so many times in turn, and again if they differ.")
    var pairs: Int?

    @Option(help: ArgumentHelp("The server that is there.", valueName: "url"))
    var a: String?

    @Option(help: ArgumentHelp("The server that may be better.", valueName: "url"))
    var b: String?

    @OptionGroup(title: "The servers") var target: TargetOptions
    @OptionGroup(title: "The load") var load: LoadOptions
    @OptionGroup(title: "The judgement") var judging: JudgingOptions
    @OptionGroup(title: "What is left behind") var output: OutputOptions

    func run() async throws {
        let comparison = pairs == nil ? try compareKept() : try await compareInTurn()
        print(comparison.text)
        if comparison.word == .slower { throw ExitCode(Verdict(.regression, "").exitStatus) }
        if comparison.word == .notComparable { throw ExitCode(TMSLoadTestCommand.usageStatus) }
    }

    private func compareKept() throws -> Comparison {
        guard runs.count == 2, a == nil, b == nil else {
            throw SetUpFailure("compare needs two runs, or --pairs with --a and --b")
        }
        let idle = Self.optionsOfRuns(in: Array(CommandLine.arguments.dropFirst()))
        guard idle.isEmpty else {
            throw SetUpFailure(
                "compare of two kept runs sends nothing and writes no report: \(idle.joined(separator: ", ")) "
                    + "\(idle.count == 1 ? "has" : "have") no meaning there")
        }
        let store = RunStore(folder: output.runsDir)
        func records(_ names: String) throws -> [RunRecord] {
            try names.split(separator: ",").map { try store.find(String($0)) }
        }
        return Comparison(a: try records(runs[0]), b: try records(runs[1]))
    }

    /// What is given beside the names of runs and the folder that they are in.
    static func optionsOfRuns(in arguments: [String]) -> [String] {
        let names = arguments.filter { $0.hasPrefix("-") }.map { String($0.prefix { $0 != "=" }) }
        let taken = ["--runs-dir", "--quiet"]
        return names.filter { !taken.contains($0) && $0.contains { !"-q".contains($0) } }
    }

    private static let pairsMax = 100

    /// What a comparison of two servers cannot honour.
    private var problemsInTurn: [Problem] {
        let each = "would be written anew by each run; every run is kept in --runs-dir with its own"
        let one = "names one server, and two are loaded in turn"
        let refused = [
            ("--report-file", !output.reportFile.isEmpty, each), ("--request-log", output.requestLog != nil, each),
            ("--host", target.host != nil, one + ": --a and --b are theirs"),
            ("--server-pid", target.serverPid != nil, one), ("--server-log", target.serverLog != nil, one),
            ("--scenarios-list", load.scenariosList, "sends nothing"),
        ]
        return refused.filter(\.1).map { Problem("\($0.0) has no meaning with --pairs: it \($0.2)") }
    }

    private func compareInTurn() async throws -> Comparison {
        guard let pairs, (1...Self.pairsMax).contains(pairs), let a, let b, runs.isEmpty else {
            throw SetUpFailure(
                "--pairs takes a number up to \(Self.pairsMax), --a URL and --b URL, and no names of runs")
        }
        guard problemsInTurn.isEmpty else { throw SetUpFailure(problemsInTurn) }
        let environment = TMSEnvironment(ProcessInfo.processInfo.environment)
        let interruption = Interruption()
        func settings(_ url: String, _ side: String) throws -> RunSettings {
            var target = target
            target.host = url
            var output = output
            output.label.append("side=\(side)")
            return try RunSettings(
                target: target, load: load, judging: judging, output: output, environment: environment)
        }
        let (settingsA, settingsB) = (try settings(a, "a"), try settings(b, "b"))
        let first = try await run(pairs, settingsA, settingsB, interruption)
        let comparison = Comparison(first, acrossHosts: true)
        guard comparison.word.isDifference else { return comparison }
        StandardError.line("B seems \(comparison.word.rawValue): as many pairs again, to see whether it is")
        let again = try await run(pairs, settingsA, settingsB, interruption)
        return Comparison(first, confirmedBy: again, acrossHosts: true)
    }

    /// - Throws: the exit status of an interruption.
    private func run(
        _ pairs: Int, _ settingsA: RunSettings, _ settingsB: RunSettings, _ interruption: Interruption
    ) async throws -> PairsOfRuns {
        var runs = PairsOfRuns()
        for pair in 0..<pairs where !interruption.hasHappened {
            // Who goes first changes, so that a machine that warms up or tires favours neither.
            for isA in pair.isMultiple(of: 2) ? [true, false] : [false, true] where !interruption.hasHappened {
                StandardError.line("Pair \(pair + 1) of \(pairs), \(isA ? "A" : "B")")
                let record = try await Session(isA ? settingsA : settingsB, interruption: interruption, isPart: true)
                    .run()
                if isA { runs.a.append(record) } else { runs.b.append(record) }
            }
        }
        if interruption.hasHappened { throw ExitCode(Verdict(.interrupted, "").exitStatus) }
        return runs
    }
}
