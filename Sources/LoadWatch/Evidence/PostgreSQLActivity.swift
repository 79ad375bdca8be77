private import Glibc

/// What PostgreSQL's sessions are doing, when the caller's environment says where it is.
struct PostgreSQLActivity: Sendable {
    let text: String
    let sessions: Int
    /// Of those, in the middle of a statement or a transaction.
    let busy: Int
    let waitingForLocks: Int

    /// Of a statement only its first word: the rest could hold values.
    private static let query = """
        SELECT pid, coalesce(state, '-'), coalesce(wait_event_type, '-'), coalesce(wait_event, '-'), \
        round(extract(epoch FROM now() - coalesce(query_start, now()))::numeric, 1), \
        array_to_string(pg_blocking_pids(pid), ' '), split_part(ltrim(query), ' ', 1) FROM pg_stat_activity \
        WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY 1 LIMIT 500
        """

    /// Nil: the environment names no database, there is no psql, or it did not answer in time.
    static func ask(milliseconds: Int) -> PostgreSQLActivity? {
        guard var environment = connectionEnvironment(), let psql = ChildProgram.find("psql") else { return nil }
        // Where psql looks for a password file.
        environment["HOME"] = getenv("HOME").map { String(cString: $0) }
        let outcome = ChildProgram.run(
            psql, ["-X", "-w", "-A", "-t", "-F", " | ", "-c", query], environment: environment,
            milliseconds: milliseconds)
        guard let outcome, !outcome.hasTimedOut, outcome.status == 0 else { return nil }
        return PostgreSQLActivity(outcome.output)
    }

    init(_ output: String) {
        let rows = output.split(separator: "\n").map { line in line.split(separator: " | ").map(String.init) }
        sessions = rows.count
        busy = rows.filter { $0.count > 1 && $0[1] != "idle" && $0[1] != "-" }.count
        waitingForLocks = rows.filter { $0.count > 2 && $0[2] == "Lock" }.count
        text = "pid | state | waits for | which | seconds | blocked by | statement\n" + output
    }

    /// TMS_DATABASE_URL or the PG… variables, as variables for psql: in its arguments a password would be seen by all.
    private static func connectionEnvironment() -> [String: String]? {
        if let url = getenv("TMS_DATABASE_URL").map({ String(cString: $0) }) { return variables(ofURL: url) }
        let names = ["PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE", "PGSERVICE", "PGPASSFILE", "PGSSLMODE"]
        let values = names.compactMap { name in getenv(name).map { (name, String(cString: $0)) } }
        return values.isEmpty ? nil : Dictionary(uniqueKeysWithValues: values)
    }

    /// postgres://user:password@host:port/database?sslmode=require
    static func variables(ofURL url: String) -> [String: String]? {
        guard let scheme = ["postgres://", "postgresql://"].first(where: url.hasPrefix) else { return nil }
        let whole = url.dropFirst(scheme.count).split(separator: "?", maxSplits: 1)
        guard let rest = whole.first else { return nil }
        let parts = rest.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        var values: [String: String] = ["PGCONNECT_TIMEOUT": "2"]
        if parts.count > 1, !parts[1].isEmpty { values["PGDATABASE"] = decode(parts[1]) }
        let options = whole.dropFirst().first?.split(separator: "&") ?? []
        if let mode = options.first(where: { $0.hasPrefix("sslmode=") }) {
            values["PGSSLMODE"] = String(mode.dropFirst("sslmode=".count))
        }
        var host = parts[0]
        if let at = host.lastIndex(of: "@") {
            let user = host[..<at].split(separator: ":", maxSplits: 1)
            values["PGUSER"] = user.first.map(decode)
            if user.count > 1 { values["PGPASSWORD"] = decode(user[1]) }
            host = host[host.index(after: at)...]
        }
        let address = host.split(separator: ":", maxSplits: 1)
        if let name = address.first { values["PGHOST"] = decode(name) }
        if address.count > 1 { values["PGPORT"] = String(address[1]) }
        return values
    }

    /// %40 as @
    private static func decode(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let code = rest.prefix(2)
            let value = code.count == 2 ? UInt8(String(decoding: code, as: UTF8.self), radix: 16) : nil
            if byte == UInt8(ascii: "%"), let value {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
