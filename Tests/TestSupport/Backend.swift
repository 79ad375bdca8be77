internal import Foundation
internal import Primitives
package import TMSAPI
package import TMSStore

/// The databases that a store can stand on: what holds on one must hold on the other.
package enum Backend: String, CaseIterable, Sendable {
    case sqlite
    case postgreSQL

    package static let all = Backend.allCases

    /// What servers of tests stand on: all of those tests are run once for each, with `TMS_TEST_BACKEND=postgreSQL`.
    package static let ofServers =
        ProcessInfo.processInfo.environment["TMS_TEST_BACKEND"].flatMap(Backend.init(rawValue:)) ?? .sqlite

    /// A new, empty database.
    package func makeDatabase() throws -> TestDatabase {
        switch self {
        case .sqlite: TestDatabase(sqliteIn: try TemporaryFolder())
        case .postgreSQL: TestDatabase(try PostgreSQLCluster.shared().makeDatabase())
        }
    }
}

/// A database that stores of a test can be opened on, one after the other or several at once.
package struct TestDatabase: Sendable {
    package let place: Store.Place
    /// How a server is told of it.
    package let environment: [String: String]
    /// Of a file.
    private let folder: TemporaryFolder?

    package init(sqliteIn folder: TemporaryFolder, file: String = "tms.db") {
        self.folder = folder
        place = .sqlite(path: folder.file(file))
        environment = [:]
    }

    /// The database of a server with that folder.
    static func ofServer(in folder: TemporaryFolder, on backend: Backend) throws -> TestDatabase {
        // A test may start another server in the folder of one that has ended.
        let note = folder.file("database-url")
        if let url = try? String(contentsOfFile: note, encoding: .utf8) {
            return TestDatabase(try PostgreSQLDatabase(address: url))
        }
        let isNew = !FileManager.default.fileExists(atPath: folder.file("tms"))
        guard backend == .postgreSQL, isNew else { return TestDatabase(sqliteIn: folder, file: "tms/database/tms.db") }
        let database = TestDatabase(try PostgreSQLCluster.shared().makeDatabase())
        try database.connect().runScript(SQLiteAccent.script)
        _ = try folder.write(database.environment["TMS_DATABASE_URL"] ?? "", to: "database-url")
        return database
    }

    package init(_ database: PostgreSQLDatabase) {
        folder = nil
        // No secret: nobody outside the test's machine can connect.
        environment = ["TMS_DATABASE_URL": database.address.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }]
        var database = database
        // Tests hold locks, on machines that are busy with other tests.
        database.lockMillisecondsMax = 10_000
        database.statementMillisecondsMax = 20_000
        database.networkMillisecondsMax = 20_000
        place = .postgreSQL(database)
    }

    /// A connection beside those of stores, as another process would have one.
    package func connect() throws -> any SQLConnection {
        switch place {
        case .sqlite(let path): try SQLiteConnection(path: path, role: .writer, busyTimeoutMilliseconds: 10_000)
        case .postgreSQL(let database): try PostgreSQLConnection(database, role: .migrator)
        }
    }

    /// Runs statements beside the stores. `{{past}}` and `{{future}}` are times, as are the values of ``literal(_:)``, and
    /// `{{time 7}}`, which is so many microseconds after 1970.
    package func change(_ sql: String) throws {
        let (past, future) = (
            literal(Timestamp(microseconds: 0)), literal(Timestamp(microseconds: 9_000_000_000_000_000))
        )
        let sql = sql.replacingOccurrences(of: "{{past}}", with: past)
            .replacingOccurrences(of: "{{future}}", with: future)
            .replacing(#/\{\{time (-?\d+)\}\}/#) { literal(Timestamp(microseconds: Int64($0.1) ?? 0)) }
        let connection = try connect()
        guard connection.dialect == .postgreSQL else { return try connection.runScript(sql) }
        try connection.runScript(sql.replacingOccurrences(of: "BEGIN IMMEDIATE", with: "BEGIN"))
    }

    /// A time as SQL spells it.
    package func literal(_ time: Timestamp) -> String {
        switch place {
        case .sqlite: "\(time.microseconds)"
        case .postgreSQL: "TIMESTAMPTZ '\(time)'"
        }
    }

    /// Makes every write wait until the returned connection commits or is gone.
    package func holdWrites() throws -> any SQLConnection {
        let connection = try connect()
        switch place {
        case .sqlite: try connection.runScript("BEGIN IMMEDIATE")
        case .postgreSQL: try connection.runScript("BEGIN; LOCK TABLE pubkeys, tenants IN EXCLUSIVE MODE")
        }
        return connection
    }
}

extension Store.Configuration {
    /// For how long a write waits for a lock.
    package mutating func waitForLocks(milliseconds: Int) {
        busyTimeoutMilliseconds = Int32(milliseconds)
        changePostgreSQL { $0.lockMillisecondsMax = milliseconds }
    }

    /// Changes what only PostgreSQL has; nothing on SQLite.
    package mutating func changePostgreSQL(_ change: (inout PostgreSQLDatabase) -> Void) {
        guard case .postgreSQL(var database) = place else { return }
        change(&database)
        place = .postgreSQL(database)
    }
}
