/// Connections of commands, which use a database without a store.
extension Store.Place {
    enum Purpose {
        /// One state of the database for a whole transaction, however long, and no change.
        case reading
        case migrating
        /// To fill an empty database. SQLite's file is for nobody else meanwhile.
        case importing
    }

    /// How long a statement waits for a lock that another process holds on a file.
    private static let busyTimeoutMilliseconds: Int32 = 5000

    func connect(_ purpose: Purpose) throws(StoreError) -> any SQLConnection {
        switch self {
        case .sqlite(let path):
            let role: SQLiteConnection.Role =
                switch purpose {
                case .reading: .reader
                case .migrating: .writer
                case .importing: .importer
                }
            return try SQLiteConnection(
                path: path, role: role, busyTimeoutMilliseconds: Self.busyTimeoutMilliseconds)
        case .postgreSQL(let database):
            return try PostgreSQLConnection(database, role: purpose == .reading ? .exporter : .migrator)
        }
    }
}

extension Store.Place: CustomStringConvertible {
    /// Which database it is and where, for people. No secret.
    package var description: String {
        switch self {
        case .sqlite(let path): "SQLite, \(path)"
        case .postgreSQL(let database): "PostgreSQL, \(database.whereabouts)"
        }
    }
}
