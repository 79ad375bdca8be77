internal import ArgumentParser

/// Options of the tool before this one that mean nothing here: taken, so that old scripts run, and named in one notice.
struct OldOptions: ParsableArguments {
    @Flag(name: .customLong("no-telnet")) var noTelnet = false
    @Option(name: .customLong("telnet-host")) var telnetHost: String?
    @Option(name: .customLong("telnet-port")) var telnetPort: String?
    @Flag(name: .customLong("no-websocket")) var noWebsocket = false
    @Option(name: .customLong("websocket-host")) var websocketHost: String?
    @Option(name: .customLong("websocket-port")) var websocketPort: String?
    @Flag(name: .customLong("no-autostart")) var noAutostart = false
    @Flag(name: .customLong("no-gzip")) var noGzip = false
    @Flag(name: .customLong("no-metrics")) var noMetrics = false
    @Flag(name: .customLong("no-transaction-metrics")) var noTransactionMetrics = false
    @Flag(name: .customLong("no-scenario-metrics")) var noScenarioMetrics = false
    @Flag(name: .customLong("no-print-metrics")) var noPrintMetrics = false
    @Flag(name: .customLong("no-error-summary")) var noErrorSummary = false
    @Flag(name: .customLong("no-granular-report")) var noGranularReport = false
    @Flag(name: .customLong("no-status-codes")) var noStatusCodes = false
    @Flag(name: .customLong("no-debug-body")) var noDebugBody = false
    @Flag(name: .customLong("request-body")) var requestBody = false
    @Flag(name: .customLong("sticky-follow")) var stickyFollow = false
    @Option(name: .customLong("request-format")) var requestFormat: String?
    @Option(name: [.customShort("T"), .customLong("transaction-log")]) var transactionLog: String?
    @Option(name: .customLong("transaction-format")) var transactionFormat: String?
    @Option(name: [.customShort("S"), .customLong("scenario-log")]) var scenarioLog: String?
    @Option(name: .customLong("scenario-format")) var scenarioFormat: String?
    @Option(name: [.customShort("E"), .customLong("error-log")]) var errorLog: String?
    @Option(name: .customLong("error-format")) var errorFormat: String?
    @Option(name: [.customShort("D"), .customLong("debug-log")]) var debugLog: String?
    @Option(name: .customLong("debug-format")) var debugFormat: String?
    @Option(name: [.customShort("G"), .customLong("goose-log")]) var gooseLog: String?
    @Option(name: .customLong("co-mitigation")) var coMitigation: String?
    @Flag(name: [.customShort("g"), .customLong("log-level")]) var logLevel: Int
    @Flag(name: [.customShort("v"), .customLong("verbose")]) var verbose: Int
}

extension OldOptions {
    /// One sentence on what was given in vain; nil when nothing was.
    /// - Parameter arguments: of the command line.
    static func notice(of arguments: [String]) -> String? {
        var given: [String] = []
        for argument in arguments {
            let name = String(argument.prefix { $0 != "=" })
            if names.contains(name), !given.contains(name) { given.append(name) }
        }
        guard !given.isEmpty else { return nil }
        return "ignored, having no meaning here: \(given.joined(separator: " ")) "
            + "(this program opens no control ports and always measures everything)"
    }

    private static let names: Set<String> = [
        "--no-telnet", "--telnet-host", "--telnet-port", "--no-websocket", "--websocket-host", "--websocket-port",
        "--no-autostart", "--no-gzip", "--no-metrics", "--no-transaction-metrics", "--no-scenario-metrics",
        "--no-print-metrics", "--no-error-summary", "--no-granular-report", "--no-status-codes", "--no-debug-body",
        "--request-body", "--sticky-follow", "--request-format", "--transaction-log", "-T", "--transaction-format",
        "--scenario-log", "-S", "--scenario-format", "--error-log", "-E", "--error-format", "--debug-log", "-D",
        "--debug-format", "--goose-log", "-G", "--co-mitigation", "--log-level", "-g", "-gg",
    ]
}
