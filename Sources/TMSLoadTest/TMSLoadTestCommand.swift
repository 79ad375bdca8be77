package import ArgumentParser

/// `tms-loadtest`: load for a TMS server, and a report that can be believed.
package struct TMSLoadTestCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "tms-loadtest",
        abstract: "Load-tests a TMS server, notices when it freezes, and writes the report and the meeting's note.",
        version: "tms-loadtest \(BuildFacts.version)",
        subcommands: [
            RunCommand.self, RunsCommand.self, CompareCommand.self, CollectCommand.self, ImportCommand.self,
        ],
        defaultSubcommand: RunCommand.self)

    package init() {}

    /// Exit status of a command line or a set-up that cannot work. ArgumentParser has 64 for it, the tool before this
    /// one had 1, and scripts look.
    static let usageStatus: Int32 = 1

    /// The whole program.
    package static func start(_ arguments: [String] = Array(CommandLine.arguments.dropFirst())) async -> Never {
        do {
            var command = try parseAsRoot(completed(arguments))
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            exit(withError: nil)
        } catch let failure as SetUpFailure {
            StandardError.line("tms-loadtest: \(failure.message)")
            exit(withError: ExitCode(usageStatus))
        } catch let status as ExitCode {
            exit(withError: status)
        } catch {
            // A request for help or the version comes as an error too, with status 0.
            if exitCode(for: error).isSuccess { exit(withError: error) }
            StandardError.line(fullMessage(for: error))
            exit(withError: ExitCode(usageStatus))
        }
    }

    /// Without the name of a command it is a run: also for `--help`, which shall tell of a run's options.
    static func completed(_ arguments: [String]) -> [String] {
        let names = configuration.subcommands.compactMap { $0.configuration.commandName } + ["help", "version"]
        guard let first = arguments.first else { return ["run", "--help"] }
        if first == "-V" { return ["--version"] }
        if first == "--version" || first.hasPrefix("--generate-completion-script") || names.contains(first) {
            return arguments
        }
        return ["run"] + arguments
    }
}
