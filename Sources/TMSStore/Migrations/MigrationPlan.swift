private import Primitives
package import TMSAPI

/// What a database lacks of the schema that this program knows.
package struct MigrationPlan: Equatable, Sendable {
    /// Of the database; 0 has no schema yet.
    package let version: Int
    /// Of the program.
    package static var programVersion: Int { Migrator.migrations.count }

    init(from version: Int) {
        self.version = version
    }

    /// Versions that are missing, in order, with the names of their migrations.
    package var steps: [(version: Int, name: String)] {
        Migrator.migrations.enumerated().dropFirst(version).map { ($0 + 1, $1.name) }
    }
}

extension Store.Place {
    /// Looks, and changes nothing: a file that is missing stays so.
    /// - Throws: `.unfit` when the database is newer than the program.
    package func migrationPlan() throws(StoreError) -> MigrationPlan {
        // Nothing can be read from an empty file but that it has no tables, and opening it would make it a database.
        if case .sqlite(let path) = self, FileStatus(of: path)?.bytes ?? 0 == 0 { return MigrationPlan(from: 0) }
        return try Migrator.plan(for: try connect(.reading))
    }

    /// Brings the schema up to date, as the start of a server does.
    /// - Returns: what was missing.
    /// - Throws: `.unfit` when the database is newer than the program.
    package func migrate(now: Timestamp = .now) throws(StoreError) -> MigrationPlan {
        try Migrator.migrate(try connect(.migrating), now: now)
    }
}
