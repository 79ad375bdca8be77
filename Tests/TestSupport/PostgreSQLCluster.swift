internal import Foundation
internal import Primitives
package import TMSStore

/// A PostgreSQL server of the test process's own, in a temporary folder, with a database for each test that asks for one.
///
/// PostgreSQL does not run as root, so that root starts it as another user. It ends with the last reference to it, and with
/// the test process, however that ends: a shell waits for the end of a pipe that nobody but the test process holds open.
package final class PostgreSQLCluster: Sendable {
    private static let programs = "/usr/lib/postgresql/15/bin"
    private static let user = "postgres"
    private static let secondsMax = 60.0
    private static let first = Monitor<Result<PostgreSQLCluster, any Error>?>(nil)

    /// The one that tests share.
    package static func shared() throws -> PostgreSQLCluster {
        try first.withLock { cluster in
            if let cluster { return try cluster.get() }
            let started = Result { try PostgreSQLCluster() }
            cluster = started
            return try started.get()
        }
    }

    /// Its own: sockets, and what a preparation has made.
    package let folder: String
    /// Of its socket, and of TCP if its settings say so.
    private let port: Int
    private let keeper: RunningProgram
    private let pipe: Int32
    private let databases = Monitor(0)
    /// Of the server's own process.
    package let pid: Int32

    /// - Parameters:
    ///   - settings: `name=value` of postgresql.conf.
    ///   - preparation: shell commands that run before the start as the server's user, in ``folder``, where its data is in
    ///     `data`.
    package init(settings: [String] = [], port: Int = 5432, preparation: String = "") throws {
        folder = FileManager.default.temporaryDirectory.path + "/tms-postgresql-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        // fsync is what other tests are about.
        let options = ["fsync=off", "max_connections=900", "listen_addresses=", "unix_socket_directories=\(folder)"]
        try Data("set -e\n\(preparation)\n".utf8).write(to: URL(fileURLWithPath: folder + "/prepare"))
        let arguments = (options + ["port=\(port)"] + settings).map { "-c '\($0)'" }.joined(separator: " ")
        let asUser = geteuid() == 0 ? "setpriv --reuid=\(Self.user) --regid=\(Self.user) --clear-groups" : ""
        let script = """
            cd '\(folder)' && mkfifo end || exit 1
            test -z '\(asUser)' || chown \(Self.user) . || exit 1
            \(asUser) \(Self.programs)/initdb -D data -U postgres -A trust -E UTF8 --locale=C -N >initdb.log 2>&1
            \(asUser) /bin/sh prepare >prepare.log 2>&1 || exit 1
            \(asUser) \(Self.programs)/postgres -D data \(arguments) >server.log 2>&1 </dev/null &
            server=$!
            echo $server
            read -r nothing <end
            kill -QUIT $server
            wait $server
            rm -rf '\(folder)'
            """
        keeper = try RunningProgram("/bin/sh", ["-c", script])
        self.port = port
        let (folder, keeper) = (folder, keeper)
        try Self.wait(for: "PostgreSQL's process") { keeper.output.hasSuffix("\n") }
        pid = Int32(keeper.output.dropLast()) ?? 0
        // Opening it for both directions does not wait for the other end, and nobody inherits it.
        pipe = open(folder + "/end", O_RDWR | O_CLOEXEC)
        let database = try Self.database("postgres", in: folder, port)
        try Self.wait(for: "PostgreSQL: \(folder)/server.log") {
            (try? PostgreSQLConnection(database, role: .writer)) != nil
        }
    }

    deinit {
        close(pipe)
        // Whoever lets go of the shell ends it, and it has something to do yet.
        try? Self.wait(for: "end") { keeper.hasEnded }
    }

    /// Blocks, as setting up does: it is short, and once for all tests.
    private static func wait(for what: String, until condition: () -> Bool) throws {
        let deadline = Date().addingTimeInterval(secondsMax)
        while !condition() {
            guard Date() < deadline else { throw TestServer.Failure("no \(what)") }
            usleep(20_000)
        }
    }

    private static func database(_ name: String, in folder: String, _ port: Int) throws -> PostgreSQLDatabase {
        try PostgreSQLDatabase(address: "postgresql:///\(name)?host=\(folder)&port=\(port)&user=postgres")
    }

    /// A new, empty database.
    package func makeDatabase() throws -> PostgreSQLDatabase {
        let number = databases.withLock { number in
            number += 1
            return number
        }
        let name = "test\(number)"
        try administrator().runScript("CREATE DATABASE \(name)")
        return try Self.database(name, in: folder, port)
    }

    /// A connection that may end those of others.
    package func administrator() throws -> PostgreSQLConnection {
        try PostgreSQLConnection(try Self.database("postgres", in: folder, port), role: .migrator)
    }
}
