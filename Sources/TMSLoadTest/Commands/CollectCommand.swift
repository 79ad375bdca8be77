internal import ArgumentParser
private import Foundation
private import LoadRecord
private import LoadReport
private import LoadWatch

/// `tms-loadtest collect`: evidence of a server that is frozen right now, without any load.
struct CollectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "collect",
        abstract: "Collect evidence of a process that seems frozen, and say what it most likely is.",
        discussion: """
            Reads /proc and, when there is gdb or eu-stack, takes two sets of stacks, which stops the process for a \
            moment. Nothing else is done to it. It takes about five seconds. Run it as the server's user or as root.
            """)

    @Option(help: "The process.")
    var pid: Int32

    @Option(help: "The port that it serves, so that its sockets can be told.")
    var port: Int?

    @Option(help: ArgumentHelp("The server's log, the end of which is kept.", valueName: "file"))
    var serverLog: String?

    @Option(
        help: ArgumentHelp("Where to put the files (default: a new folder evidence-PID-TIME).", valueName: "folder"))
    var output: String?

    func run() async throws {
        guard FileManager.default.fileExists(atPath: "/proc/\(pid)/stat") else {
            throw SetUpFailure("there is no process \(pid) on this machine")
        }
        let time = Moment(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000)).fileName
        let folder = output ?? "evidence-\(pid)-\(time)"
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw SetUpFailure("the folder \(folder) cannot be made")
        }
        var request = EvidenceRequest(pid: pid, folder: folder)
        request.port = port
        request.logFile = serverLog
        request.secrets = TMSEnvironment(ProcessInfo.processInfo.environment).secrets
        let evidence = EvidenceCollector(request).collect()
        let diagnosis = evidence.diagnosis
        print("Looks like: \(diagnosis.cause.rawValue)")
        for reason in diagnosis.reasons { print("  - \(reason)") }
        for file in evidence.files { print("\(folder)/\(file)") }
    }
}
