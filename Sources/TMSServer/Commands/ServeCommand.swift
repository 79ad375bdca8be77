internal import ArgumentParser
internal import Foundation
internal import Logging
internal import Telemetry

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve requests until SIGTERM or SIGINT. The default command.",
        discussion: """
            Prints 'listening on URL' when it is ready. Log lines go to standard error. On SIGTERM or SIGINT it stops
            accepting, finishes what is in hand and exits with 0. On SIGHUP it opens log_file anew, for logrotate. One server
            at a time serves from a folder: a second one names the first and exits with 1.

            Every key of config/tms.toml can be set for one run with --set key=value, or by an environment variable
            (TMS_ and the key in upper case). Flags go before the environment, that before the file.
            """)

    @OptionGroup var root: RootOptions

    @Option(help: "Scheme and address to listen on, such as http://127.0.0.1 or https://0.0.0.0 (http_addr).")
    var httpAddr: String?

    @Option(help: "Port to listen on; 0 takes a free one (http_port).")
    var httpPort: Int?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Set a key of tms.toml for this run. May be repeated.", valueName: "key=value"))
    var settings: [String] = []

    func run() async throws {
        try root.refuseRoot()
        try await reportingFailures { try await serve() }
    }

    private func serve() async throws {
        let environment = ProcessInfo.processInfo.environment
        let directory = RootDirectory(flag: root.rootDirectory, environment: environment)
        let loader = try ConfigurationLoader(
            file: directory.configurationFile, environment: environment, flags: try flags())
        let configuration = loader.configuration
        try directory.check(
            needsCertificate: configuration.address.isTLS, needsDatabase: !configuration.isOnPostgreSQL)
        let lockProblem = try RootLock.take(directory)
        let telemetry = Telemetry()
        let logFile = try configuration.logFile.isEmpty ? nil : LogFile(path: configuration.logFile)
        let log = LogSink(
            level: configuration.logLevel, descriptors: [STDERR_FILENO] + (logFile.map { [$0.descriptor] } ?? []),
            telemetry: telemetry)
        defer { log.close() }
        let logger = Logger(label: "tms-server") { LogfmtHandler(label: $0, sink: log) }
        let hangups = Hangups.reopen(logFile, logger: logger)
        defer { withExtendedLifetime(hangups) {} }
        if let lockProblem {
            logger.warning(
                "this folder cannot be kept from other servers",
                metadata: ["file": "\(directory.lockFile)", "error": "\(lockProblem)"])
        }
        for key in loader.unknownKeys {
            logger.warning("unknown configuration key ignored", metadata: ["key": "\(key)"])
        }
        let application = Application(
            configuration: configuration, root: directory, log: log, telemetry: telemetry, logger: logger)
        try await application.run { addresses in
            for address in addresses { logger.notice("listening", metadata: ["address": "\(address)"]) }
            guard let first = addresses.first else { return }
            print("listening on \(first)")
            // Whoever started us reads this line from a pipe.
            fflush(nil)
        }
    }

    private func flags() throws(ConfigurationError) -> [(key: String, value: String)] {
        var flags: [(key: String, value: String)] = []
        for setting in settings {
            let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw ConfigurationError("--set \(setting): must be key=value") }
            flags.append((String(parts[0]), String(parts[1])))
        }
        if let httpAddr { flags.append(("http_addr", httpAddr)) }
        if let httpPort { flags.append(("http_port", String(httpPort))) }
        return flags
    }
}
