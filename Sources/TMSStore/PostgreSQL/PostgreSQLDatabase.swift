private import CLibPQ
package import Primitives

/// Where a PostgreSQL database is, how many connections a server has to it, and how long it may keep a thread waiting.
package struct PostgreSQLDatabase: Sendable {
    /// A connection string as libpq takes it: a URL, or `host=… dbname=…`. It may hold a password.
    package var address: SecretBytes
    /// Goes before a password in the address.
    package var password: SecretBytes?
    /// Threads that write, each with a connection of its own. While one waits for a commit another gathers the next.
    package var writers = 2
    /// Threads that read for logins and other short answers, each with a connection of its own.
    package var readers = 2
    /// Reads waiting for such a thread; beyond it a read is refused at once. Logins have as many places of their own.
    package var readQueueMax = 1024
    /// Of those that wait, how many such a thread takes at once, to read them in one transaction.
    package var readsTogetherMax = 32
    /// More would not fit into a connection's pipeline, where a BEGIN goes before them.
    package static let readsTogetherLimit = PostgreSQLConnection.postedMax - 1
    /// For each host of the address, from the first packet to the end of the log-in.
    package var connectSecondsMax = 3
    /// After which the server gives a statement up.
    package var statementMillisecondsMax = 5_000
    /// For which a statement waits for a row that another transaction has changed.
    package var lockMillisecondsMax = 2_000
    /// How much longer than the statement's own time its answer may take, until the connection is given up.
    package var networkMillisecondsMax = 2_000
    /// Between two attempts to connect, and between two looks whether a commit that was given up has ended: it doubles from
    /// the first to the second number, less up to a half at random.
    package var reconnectMilliseconds = 100...5_000
    /// How often a connection without work is looked at.
    package var idleCheckMilliseconds = 1_000
    /// While changes of credentials by other servers cannot be heard of, what is remembered of them is at most so old.
    package var credentialAgeMilliseconds = 500

    package init(address: SecretBytes) {
        self.address = address
    }

    /// - Throws: `.misuse` for a text that libpq cannot read. Its own words would quote the text.
    package init(address: String) throws(StoreError) {
        guard let options = PQconninfoParse(address, nil) else {
            throw StoreError(.misuse, "the address of the database is no connection string of PostgreSQL's")
        }
        PQconninfoFree(options)
        self.init(address: SecretBytes(address))
    }

    /// Hosts, port, database and user, as far as the address has them; nothing else of it.
    var whereabouts: String {
        let address = address.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        guard let options = PQconninfoParse(address, nil) else { return "an address that cannot be read" }
        defer { PQconninfoFree(options) }
        var found: [String] = []
        var option = options
        while let keyword = option.pointee.keyword {
            let name = String(cString: keyword)
            if Self.openKeywords.contains(name), let value = option.pointee.val {
                found.append("\(name)=\(String(cString: value))")
            }
            option += 1
        }
        return found.isEmpty ? "where libpq's environment says" : found.joined(separator: " ")
    }

    /// Parts of an address that are no secret and say which database it is.
    private static let openKeywords: Set = ["host", "hostaddr", "port", "dbname", "user", "service"]
}
