internal import Logging
internal import Primitives
internal import SSHKeys
internal import TMSService
internal import TMSStore

/// Everything an operator can set, with its defaults. ``ConfigurationKey`` gives each field its name in files,
/// environment and flags.
struct ServerConfiguration: Sendable {
    // The reference's seven.
    var title = "TMS Server"
    /// Scheme and address to bind: `https` serves TLS.
    var address = ListenAddress(isTLS: true, host: "localhost")
    var port = 3000
    var enableTestTenant = false
    var serverURLs = ["https://localhost:3000/v1"]

    var rules = Settings()
    var limits = HTTPLimits()
    var shutdownTimeoutSeconds: Int64 = 10
    /// 0: one for each processor.
    var eventLoops = 0
    var keyPairs = KeyPairPool.Configuration()
    var watchdogMilliseconds = 1000
    var writeQueueMax = 1024
    var loginQueueMax = 1024
    var writeBatchMax = 128
    var busyTimeoutMilliseconds: Int32 = 5000
    var readCacheMebibytes = 16
    var readMapMebibytes = 2048
    var listThreads = 2
    var listQueueMax = 128
    var listSecondsMax = 10
    var checkpointPages = 16_384
    /// Without an address the database is a file of SQLite's.
    var postgreSQL = PostgreSQLDatabase(address: SecretBytes(""))
    var databasePasswordFile = ""
    var logLevel = Logger.Level.info
    var logFile = ""
}

extension ServerConfiguration {
    var isOnPostgreSQL: Bool { postgreSQL.address.count > 0 }

    func place(in root: RootDirectory) -> Store.Place {
        isOnPostgreSQL ? .postgreSQL(postgreSQL) : .sqlite(path: root.databaseFile)
    }
}

/// `http_addr`: a scheme and the host or address to bind.
struct ListenAddress: Equatable, Sendable {
    var isTLS: Bool
    var host: String

    init(isTLS: Bool, host: String) {
        self.isTLS = isTLS
        self.host = host
    }

    /// From `https://localhost`, `http://0.0.0.0`, `https://[::1]`, or a host alone, which means plain HTTP as it does
    /// in the reference.
    init?(_ text: String) {
        var rest = text[...]
        isTLS = rest.hasPrefix("https://")
        for scheme in ["https://", "http://"] where rest.hasPrefix(scheme) { rest = rest.dropFirst(scheme.count) }
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        if rest.hasPrefix("["), rest.hasSuffix("]") { rest = rest.dropFirst().dropLast() }
        guard !rest.isEmpty, !rest.contains(where: { "/ \"@[]".contains($0) }) else { return nil }
        host = String(rest)
    }

    var scheme: String { isTLS ? "https" : "http" }
}
