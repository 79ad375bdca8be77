internal import ArgumentParser
internal import Foundation

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Ask the running server of an installation how it is.",
        discussion: """
            Asks over the socket run/diagnosis.sock in the folder, which a thread of its own answers: also when nothing
            else does any more. Prints what '/healthz' says: which part is late, what it is doing and since when. With
            --metrics prints all metrics, in Prometheus text format.

            Exit status: 0 all is well, 1 a part is late, 2 no answer, 64 wrong usage.
            """)

    @OptionGroup var root: RootOptions

    @Flag(help: "Print the metrics instead.")
    var metrics = false

    @Option(help: "Seconds to wait for an answer, 1 or more.")
    var timeout = 5

    func validate() throws {
        // The system takes none for all the time in the world.
        guard timeout > 0 else { throw ValidationError("--timeout must be 1 or more seconds") }
    }

    func run() async throws {
        let directory = RootDirectory(flag: root.rootDirectory, environment: ProcessInfo.processInfo.environment)
        let answer: String
        do throws(SocketRequest.Failure) {
            answer = try SocketRequest(path: directory.diagnosisSocket, timeoutSeconds: timeout)
                .get(metrics ? "/metrics" : "/healthz")
        } catch {
            StandardError.write("tms-server: \(directory.diagnosisSocket): \(error)")
            throw ExitCode(2)
        }
        print(answer)
        if !metrics, !answer.contains("\"status\":\"ok\"") { throw ExitCode(1) }
    }
}
