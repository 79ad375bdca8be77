internal import Logging
internal import Primitives
internal import SSHKeys
internal import TMSService
internal import TMSStore

/// One thing that can be set: its name in `tms.toml`, what it means, and where its value goes.
///
/// The environment variable is the name in upper case behind `TMS_`.
struct ConfigurationKey: Sendable {
    let name: String
    let meaning: String
    /// - Throws: what is wrong with the value, as an operator should read it.
    let set: @Sendable (inout ServerConfiguration, ConfigurationValue) throws(ConfigurationValue.Problem) -> Void
    /// The value as `tms.toml` spells it.
    let spell: @Sendable (ServerConfiguration) -> String

    /// Not taken from the command line, where every user of the machine can read it.
    var isSecret = false

    var environmentName: String { "TMS_" + name.uppercased() }
}

extension ConfigurationKey {
    static let all: [ConfigurationKey] = [
        text("title", \.title, "A label for this server."),
        .init(
            name: "http_addr",
            meaning:
                "Scheme and address to listen on: https://localhost, http://127.0.0.1, https://0.0.0.0, https://[::].",
            set: { configuration, value throws(ConfigurationValue.Problem) in
                guard let address = ListenAddress(try value.text()) else {
                    throw .init("must be http:// or https:// and a host or address")
                }
                configuration.address = address
            }, spell: { "\"\($0.address.scheme)://\($0.address.host)\"" }),
        integer("http_port", \.port, 0...65535, "Port to listen on. 0 takes a free one."),
        flag("enable_mvp", \.rules.mvp, "Make missing user, delegation and host link when a key is made. For trials."),
        flag("enable_test_tenant", \.enableTestTenant, "Open the tenant 'test' with its well-known test client."),
        choice(
            "new_clients", \.rules.newClients,
            "Who may register clients: an administrator, anybody, nobody, or who has an administrator's approval."),
        list("server_urls", \.serverURLs, "Addresses by which clients reach this server, for the API's description."),
        .init(
            name: "default_tenant",
            meaning: "Stands in for a missing X-TMS-TENANT header. Empty: the header is required.",
            set: { configuration, value throws(ConfigurationValue.Problem) in
                let tenant = try value.text()
                configuration.rules.defaultTenant = tenant.isEmpty ? nil : tenant
            }, spell: { "\"\($0.rules.defaultTenant ?? "")\"" }),
        choice(
            "enforcement", \.rules.enforcement,
            "At a login that the rules forbid: enforce refuses, warn serves and logs, observe serves and counts."),
        integer(
            "login_ticket_seconds", \.rules.loginTicketSeconds, 1...86_400,
            "For how long one SSH connection may ask again without using up another use of a key."),
        integer(
            "login_window_seconds", \.rules.loginWindowSeconds, 1...3600,
            "The same for login hosts that do not name the connection: calls within the window are one login."),
        .init(
            name: "mvp_denied_accounts", meaning: "Accounts that enable_mvp never links anybody to.",
            set: { configuration, value throws(ConfigurationValue.Problem) in
                configuration.rules.mvpDeniedAccounts = Set(try value.list())
            }, spell: { spell($0.rules.mvpDeniedAccounts.sorted()) }),
        integer(
            "credential_cache_max", \.rules.credentialCacheMax, 0...10_000_000,
            "Clients and administrators whose credentials are remembered. About 300 bytes each."),
        integer(
            "credential_cache_seconds", \.rules.credentialCacheSeconds, 0...3600,
            "For how long, at most: what another process changes in the database is seen after that."),
        integer("event_loops", \.eventLoops, 0...1024, "Threads that serve connections. 0: one for each processor."),
        integer(
            "connections_max", \.limits.connectionsMax, 1...1_000_000,
            "Open connections, or as many as the limit of open files allows. Further ones wait in the kernel's queue."),
        integer(
            "in_flight_max", \.limits.inFlightMax, 2...1_000_000,
            "Requests in hand. Further ones get 503 at once; the last quarter is kept for logins."),
        integer(
            "deadline_seconds", \.limits.deadlineSeconds, 1...3600,
            "For an answer. What has not begun then is not begun, and gets 503."),
        integer(
            "login_deadline_seconds", \.limits.loginDeadlineSeconds, 1...3600,
            "The same for a key that sshd asks for: by then tms-keycmd no longer waits."),
        integer(
            "unsent_bytes_max", \.limits.unsentBytesMax, 1_048_576...68_719_476_736,
            "Bytes of large answers that callers have not taken yet. Beyond them lists get 503."),
        integer(
            "refusal_pause_milliseconds", \.limits.refusalPauseMilliseconds, 0...10_000,
            "For which a connection is not read after a refusal, so that who does not heed Retry-After costs little."),
        integer(
            "read_bytes_max", \.limits.readBytesMax, 1024...1_048_576,
            "Bytes read from a connection at a time; requests among them wait in memory for the one before."),
        integer("body_bytes_max", \.limits.bodyBytesMax, 1024...16_777_216, "Bytes of a request's body."),
        integer(
            "idle_timeout_seconds", \.limits.idleTimeoutSeconds, 1...86_400,
            "After which a connection without a request is closed."),
        integer(
            "request_timeout_seconds", \.limits.requestTimeoutSeconds, 1...3600,
            "For a request to arrive in full, and for an answer to be taken."),
        integer(
            "shutdown_timeout_seconds", \.shutdownTimeoutSeconds, 0...3600,
            "For which a stop waits for requests in hand."),
        integer(
            "write_queue_max", \.writeQueueMax, 1...1_000_000,
            "Writes waiting for the disk. When it is full, whoever has the most in it gets 503."),
        integer(
            "login_queue_max", \.loginQueueMax, 1...1_000_000,
            "Logins waiting to have a use counted; they go before other writes. Further ones get 503."),
        integer("write_batch_max", \.writeBatchMax, 1...100_000, "Writes that share one commit."),
        .init(
            name: "database_url",
            meaning:
                "PostgreSQL instead of a file: postgresql://user@host1,host2/name?target_session_attrs=read-write.",
            set: { configuration, value throws(ConfigurationValue.Problem) in
                let text = try value.text()
                do throws(StoreError) {
                    configuration.postgreSQL.address =
                        text.isEmpty ? SecretBytes("") : try PostgreSQLDatabase(address: text).address
                } catch {
                    throw .init("must be a connection string of PostgreSQL's")
                }
            }, spell: { _ in "\"\"" }, isSecret: true),
        text(
            "database_password_file", \.databasePasswordFile,
            "A file that holds PostgreSQL's password, for its owner's eyes only, if database_url does not."),
        integer(
            "database_writers", \.postgreSQL.writers, 1...64, "Connections to PostgreSQL that write, a batch each."),
        integer(
            "database_readers", \.postgreSQL.readers, 1...256,
            "Connections to PostgreSQL that read for logins and other short answers; lists have list_threads more."),
        integer(
            "database_read_queue_max", \.postgreSQL.readQueueMax, 1...1_000_000,
            "Reads waiting for one, and as many of logins. Further ones get 503."),
        integer(
            "database_reads_together_max", \.postgreSQL.readsTogetherMax, 1...PostgreSQLDatabase.readsTogetherLimit,
            "Of those that wait, how many such a connection reads in one transaction."),
        integer(
            "database_connect_seconds_max", \.postgreSQL.connectSecondsMax, 2...300,
            "For which each host of database_url is tried."),
        integer(
            "database_statement_milliseconds_max", \.postgreSQL.statementMillisecondsMax, 10...600_000,
            "After which PostgreSQL gives a statement up."),
        integer(
            "database_lock_milliseconds_max", \.postgreSQL.lockMillisecondsMax, 10...600_000,
            "For which a statement waits for what another transaction has changed."),
        integer(
            "database_network_milliseconds_max", \.postgreSQL.networkMillisecondsMax, 10...600_000,
            "How much longer than its statement an answer may take until the connection is given up."),
        integer(
            "sqlite_busy_timeout_milliseconds", \.busyTimeoutMilliseconds, 0...600_000,
            "For which a lock held by another process, such as a backup, is waited for."),
        integer(
            "checkpoint_pages", \.checkpointPages, 100...10_000_000,
            "Length of SQLite's write-ahead log, in pages of 4 KiB, at which it is copied into the database."),
        integer(
            "read_cache_mebibytes", \.readCacheMebibytes, 1...1_048_576,
            "Memory for pages that lookups read and that are not mapped, of all event loops together; each has 2 MiB."),
        integer(
            "read_map_mebibytes", \.readMapMebibytes, 0...1_048_576,
            "How much of the database lookups read by way of memory mapping, which counts as resident memory. 0: none."),
        integer("list_threads", \.listThreads, 1...64, "Threads that read lists."),
        integer("list_queue_max", \.listQueueMax, 1...100_000, "Lists waiting for one. Further ones get 503."),
        integer("list_seconds_max", \.listSecondsMax, 1...3600, "After which the reading of one page is given up."),
        integer("rsa_pairs", \.keyPairs.rsaPairs, 0...10_000, "RSA key pairs kept in stock. One takes about a second."),
        integer("ecdsa_pairs", \.keyPairs.ecdsaPairs, 0...10_000, "ECDSA key pairs kept in stock. One takes 5 ms."),
        integer("key_threads", \.keyPairs.threads, 1...64, "Threads of lowest priority that make them."),
        integer(
            "key_waiters_max", \.keyPairs.waitersMax, 0...100_000,
            "Requests that may wait for a pair when there is none in stock. Further ones get 503."),
        integer("key_wait_seconds_max", \.keyPairs.waitSecondsMax, 1...3600, "For which such a request waits."),
        integer(
            "watchdog_milliseconds", \.watchdogMilliseconds, 50...600_000,
            "For how long a part may be at the same thing before the server says that it hangs."),
        .init(
            name: "log_level", meaning: "Least important lines that are logged: \(Logger.Level.allCases.names).",
            set: { configuration, value throws(ConfigurationValue.Problem) in
                guard let level = Logger.Level(rawValue: try value.text()) else {
                    throw .init("must be one of \(Logger.Level.allCases.names)")
                }
                configuration.logLevel = level
            }, spell: { "\"\($0.logLevel.rawValue)\"" }),
        text(
            "log_file", \.logFile,
            "A file that log lines go to as well as to standard error. SIGHUP opens it anew. Empty: none."),
    ]

    static func named(_ name: String) -> ConfigurationKey? { all.first { $0.name == name } }
}

// MARK: Kinds of key

extension ConfigurationKey {
    private typealias Path<Value> = any WritableKeyPath<ServerConfiguration, Value> & Sendable

    private static func text(_ name: String, _ path: Path<String>, _ meaning: String) -> ConfigurationKey {
        .init(
            name: name, meaning: meaning,
            set: { configuration, value throws(ConfigurationValue.Problem) in
                configuration[keyPath: path] = try value.text()
            }, spell: { "\"\($0[keyPath: path])\"" })
    }

    private static func flag(_ name: String, _ path: Path<Bool>, _ meaning: String) -> ConfigurationKey {
        .init(
            name: name, meaning: meaning,
            set: { configuration, value throws(ConfigurationValue.Problem) in
                configuration[keyPath: path] = try value.flag()
            }, spell: { "\($0[keyPath: path])" })
    }

    private static func integer<Number: FixedWidthInteger & Sendable>(
        _ name: String, _ path: Path<Number>, _ range: ClosedRange<Number>, _ meaning: String
    ) -> ConfigurationKey {
        .init(
            name: name, meaning: meaning,
            set: { configuration, value throws(ConfigurationValue.Problem) in
                guard let number = Number(exactly: try value.integer()), range.contains(number) else {
                    throw .init("must be a whole number from \(range.lowerBound) to \(range.upperBound)")
                }
                configuration[keyPath: path] = number
            }, spell: { "\($0[keyPath: path])" })
    }

    private static func choice<Choice: RawRepresentable<String> & CaseIterable & Sendable>(
        _ name: String, _ path: Path<Choice>, _ meaning: String
    ) -> ConfigurationKey {
        .init(
            name: name, meaning: "\(meaning) One of \(Choice.allCases.names).",
            set: { configuration, value throws(ConfigurationValue.Problem) in
                guard let choice = Choice(rawValue: try value.text()) else {
                    throw .init("must be one of \(Choice.allCases.names)")
                }
                configuration[keyPath: path] = choice
            }, spell: { "\"\($0[keyPath: path].rawValue)\"" })
    }

    private static func list(_ name: String, _ path: Path<[String]>, _ meaning: String) -> ConfigurationKey {
        .init(
            name: name, meaning: meaning,
            set: { configuration, value throws(ConfigurationValue.Problem) in
                configuration[keyPath: path] = try value.list()
            }, spell: { spell($0[keyPath: path]) })
    }

    private static func spell(_ list: [String]) -> String {
        "[" + list.map { "\"\($0)\"" }.joined(separator: ", ") + "]"
    }
}

extension Collection where Element: RawRepresentable<String> {
    fileprivate var names: String { map(\.rawValue).joined(separator: ", ") }
}
