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
            remove the file. Running it again changes nothing.
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
            case .installed:
                print("Installed in \(directory.path).")
                print("The administrators' secrets are in \(directory.installOutput).")
                print("Start it with: tms-server serve --root-dir '\(directory.path)'")
            }
        }
    }
}
