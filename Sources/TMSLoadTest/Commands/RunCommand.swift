internal import ArgumentParser
private import Foundation
internal import LoadEngine
private import LoadRecord

/// `tms-loadtest run`, or without a command's name.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Load-tests a TMS server, notices when it freezes, and writes the report and the meeting's note.",
        usage: """
            tms-loadtest --host URL [options]
            tms-loadtest runs list|show|export · compare A B · collect --pid PID · import FOLDER
            """,
        discussion: """
            EXAMPLES
              Ten users who make 20,000 keys each, and a report to mail:
                tms-loadtest --host https://tms.example.org:3000 --users 10 \\
                  --iterations 20000 --scenarios createkey --report-file r.html
              What 200 logins per second feel for five minutes:
                tms-loadtest --host URL --rate 200 -t 5m --scenarios getkey \\
                  --fail-on 'p99>250ms for 10s'
              How much is too much:
                tms-loadtest --host URL --scenarios createkey \\
                  --find-max 'p99<250ms,errors<0.1%'
              The usual ladder of users, scenario by scenario:
                tms-loadtest --host URL --suite ladder --label db=sqlite
              The server is frozen right now; what does it look like?
                tms-loadtest collect --pid $(pidof tms-server)

            ENVIRONMENT
              X_TMS_TENANT, X_TMS_CLIENT_ID, X_TMS_CLIENT_SECRET
                  who sends getclient and createkey, and makes getkey's keys
              TMS_PUBKEY_FINGERPRINT, TMS_PUBKEY_USER, TMS_PUBKEY_HOST,
              TMS_PUBKEY_USERID, TMS_PUBKEY_KEYTYPE
                  the one key that getkey asks for; without them keys are made
                  before the run, and nothing need be set
              TMS_URL
                  the server, in place of --host
              TMS_PARSE_RESPONSE=false
                  do not look into answers; their status is always checked
              TMS_VERBOSE=true
                  say more before the run
              X_TMS_ADMIN_ID, X_TMS_ADMIN_SECRET
                  taken, and not needed by any scenario
              An empty variable counts as unset. No secret is ever written.

            EXIT STATUS
              0 passed                        4 the load was not reached, or
              1 usage, or something missing     the generator was the limit
              2 requests failed               5 the server froze
              3 a threshold was passed        6 slower (compare)
              130 interrupted: Ctrl-C still writes the report, twice ends at once

            Every run is kept in --runs-dir with its report, its note and, after a \
            freeze, the evidence.
            """)

    @OptionGroup(title: "The server") var target: TargetOptions
    @OptionGroup(title: "The load") var load: LoadOptions
    @OptionGroup(title: "The judgement") var judging: JudgingOptions
    @OptionGroup(title: "What is left behind") var output: OutputOptions
    @OptionGroup(visibility: .hidden) var old: OldOptions

    func run() async throws {
        if load.scenariosList {
            for scenario in Scenario.allCases { print("\(scenario.rawValue): \(scenario.summary)") }
            return
        }
        if let notice = OldOptions.notice(of: Array(CommandLine.arguments.dropFirst())) { StandardError.line(notice) }
        let settings = try RunSettings(
            target: target, load: load, judging: judging, output: output,
            environment: TMSEnvironment(ProcessInfo.processInfo.environment))
        let interruption = Interruption()
        let record = try await Session(settings, interruption: interruption).run()
        throw ExitCode(record.verdict.exitStatus)
    }
}
