internal import ArgumentParser
internal import Foundation
internal import Logging

struct InstallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install",
        abstract: "Make a new installation: folder, configuration, certificate, database, administrators.",
        discussion: """
            Makes the tenants 'default' and 'test', each with the administrator '~~admin'. The secrets are written to
            tms-install.out in the folder, readable by its owner only, and nowhere else: keep them somewhere safe and
            remove the file. Running it again changes nothing. Of several servers on one PostgreSQL each is installed; the
            first makes the tenants, and has the secrets.
            """)

    @OptionGroup var root: RootOptions

    func run() async throws {
        try root.refuseRoot()
        let environment = ProcessInfo.processInfo.environment
        let directory = RootDirectory(flag: root.rootDirectory, environment: environment)
        let log = LogSink(level: .warning, descriptors: [2])
        defer { log.close() }
        let logger = Logger(label: "install") { LogfmtHandler(label: $0, sink: log) }
        try await reportingFailures {
            switch try Installer(root: directory, environment: environment).run(logger: logger) {
            case .nothingToDo:
                print("\(directory.path) is installed already; nothing was changed.")
            case .installed(let hasNewSecrets):
                print("Installed in \(directory.path).")
                print(
                    hasNewSecrets
                        ? "The administrators' secrets are in \(directory.installOutput)."
                        : "The database has its administrators; their secrets were told when they were made.")
                print("Start it with: tms-server serve --root-dir '\(directory.path)'")
            }
        }
    }
}
