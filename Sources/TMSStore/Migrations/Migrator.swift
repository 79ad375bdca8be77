internal import TMSAPI

/// Brings a database's schema to the version this program knows.
enum Migrator {
    /// In order; a migration that has been released never changes again.
    static let migrations: [Migration] = [.initial, .administration, .idempotentAnswers, .unfinishedImport]

    /// Makes a database fit to be served from.
    /// - Throws: `.unfit` when it is newer than the program, or half an import.
    static func prepare(_ connection: some SQLConnection, now: Timestamp) throws(StoreError) {
        try migrate(connection, now: now)
        try UnfinishedImport.refuse(on: connection)
    }

    /// Applies what is missing, in one transaction: another process that starts at the same time waits and finds it done.
    /// - Returns: what was missing.
    /// - Throws: `.unfit` when the database is newer than the program.
    @discardableResult
    static func migrate(_ connection: some SQLConnection, now: Timestamp) throws(StoreError) -> MigrationPlan {
        try connection.runScript(connection.dialect.migrationBegin)
        let plan: MigrationPlan
        do {
            plan = try self.plan(for: connection)
            try apply(plan, to: connection, now: now)
        } catch {
            _ = try? connection.runScript("ROLLBACK")
            throw error
        }
        try connection.runScript("COMMIT")
        return plan
    }

    /// Looks, and changes nothing.
    /// - Throws: `.unfit` when the database is newer than the program.
    static func plan(for connection: some SQLConnection) throws(StoreError) -> MigrationPlan {
        var (tables, applied): (Int64, Int64) = (0, 0)
        try connection.run(connection.dialect.countMigrationTables, []) { tables = $0.integer(0) }
        if tables > 0 {
            try connection.run("SELECT COALESCE(MAX(version), 0) FROM schema_migrations", []) {
                applied = $0.integer(0)
            }
        }
        guard applied <= migrations.count else {
            throw StoreError(
                .unfit,
                "the database has schema version \(applied), this program knows \(migrations.count): use a newer one")
        }
        return MigrationPlan(from: Int(applied))
    }

    private static func apply(
        _ plan: MigrationPlan, to connection: some SQLConnection, now: Timestamp
    ) throws(StoreError) {
        let spell = connection.dialect.spell
        try connection.runScript(
            spell(
                """
                CREATE TABLE IF NOT EXISTS schema_migrations (
                    version {{ref}} NOT NULL PRIMARY KEY, name {{text}} NOT NULL, applied {{time}} NOT NULL)
                """))
        for (index, migration) in migrations.enumerated().dropFirst(plan.version) {
            try connection.runScript(spell(migration.script))
            if connection.dialect == .postgreSQL { try connection.runScript(migration.postgreSQLScript) }
            try connection.run(
                "INSERT INTO schema_migrations (version, name, applied) VALUES ($1, $2, $3)",
                .integer(Int64(index + 1)), .text(migration.name), .time(now))
        }
    }
}

/// One step of the schema.
struct Migration: Sendable {
    let name: String
    /// Statements with the dialects' tokens.
    let script: String
    /// What only PostgreSQL needs, after the script.
    var postgreSQLScript = ""
}
