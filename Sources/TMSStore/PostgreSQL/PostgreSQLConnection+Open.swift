private import CLibPQ
internal import Primitives

extension PostgreSQLConnection {
    /// Told of by triggers when rows that authentication reads have changed.
    static let credentialsChannel = "tms_credentials"

    /// Connects to the first host that can be connected to and, if the address asks for it with
    /// `target_session_attrs=read-write`, takes writes.
    ///
    /// libpq waits here itself, with a limit for each host; only the resolution of names has none but the resolver's.
    static func connect(_ database: PostgreSQLDatabase, role: Role) throws(StoreError) -> OpaquePointer {
        var options: [(String, SecretBytes)] = [
            ("dbname", database.address),
            ("connect_timeout", SecretBytes("\(database.connectSecondsMax)")),
            // A dead host is noticed while nothing is sent, and while something is.
            ("keepalives_idle", SecretBytes("10")), ("keepalives_interval", SecretBytes("3")),
            ("keepalives_count", SecretBytes("3")), ("tcp_user_timeout", SecretBytes("10000")),
            ("client_encoding", SecretBytes("UTF8")),
            ("fallback_application_name", SecretBytes(role.isCommand ? "tms-server command" : "tms-server")),
        ]
        if let password = database.password { options.append(("password", password)) }
        let handle = withCStrings(options) { keywords, values in PQconnectdbParams(keywords, values, 1) }
        guard let handle else { throw StoreError(.unreachable, "no memory for a connection") }
        guard PQstatus(handle) == CONNECTION_OK else {
            // libpq names host and user here, and never the password.
            let text = String(cString: PQerrorMessage(handle))
            PQfinish(handle)
            throw StoreError(.unreachable, "PostgreSQL: \(text)")
        }
        return handle
    }

    /// Hands over names and values as C has them, and wipes the copies.
    private static func withCStrings<Result>(
        _ options: [(String, SecretBytes)],
        _ body: (UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<UnsafePointer<CChar>?>) -> Result
    ) -> Result {
        let copies = options.map { name, value in (copy(SecretBytes(name)), copy(value)) }
        defer {
            for buffer in copies.flatMap({ [$0.0, $0.1] }) {
                SecretBytes.wipe(buffer)
                buffer.deallocate()
            }
        }
        func pointers(_ buffers: [UnsafeMutableRawBufferPointer]) -> [UnsafePointer<CChar>?] {
            buffers.map { $0.baseAddress.map { UnsafePointer($0.assumingMemoryBound(to: CChar.self)) } } + [nil]
        }
        return body(pointers(copies.map(\.0)), pointers(copies.map(\.1)))
    }

    private static func copy(_ bytes: SecretBytes) -> UnsafeMutableRawBufferPointer {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count + 1, alignment: 1)
        bytes.withUnsafeBytes { copy.copyMemory(from: $0) }
        copy[bytes.count] = 0
        return copy
    }

    /// Whatever the server, the role or the address have as defaults.
    static func settings(for role: Role, _ database: PostgreSQLDatabase, statementMilliseconds: Int) -> String {
        let all = """
            SET TIME ZONE 'UTC';
            SET statement_timeout = \(statementMilliseconds);
            SET lock_timeout = \(role.isCommand ? 0 : database.lockMillisecondsMax);
            SET idle_in_transaction_session_timeout = \(statementMilliseconds + database.networkMillisecondsMax);
            SET default_transaction_isolation = '\(role.isReadOnly ? "repeatable read" : "read committed")';
            SET default_transaction_read_only = \(role.isReadOnly ? "on" : "off");
            """
        switch role {
        case .reader, .exporter: return all
        case .listener: return all + "LISTEN \(credentialsChannel);"
        case .writer: return all + durability + "LISTEN \(credentialsChannel);"
        case .migrator: return all + durability
        }
    }

    /// Nothing is answered that a power cut can undo. Where more than the own disk is waited for, it stays so.
    private static let durability = """
        SELECT set_config('synchronous_commit', 'on', false)
        WHERE current_setting('synchronous_commit') = 'off';
        """
}
