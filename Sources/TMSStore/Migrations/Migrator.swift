internal import TMSAPI

/// Brings a database's schema to the version this program knows.
enum Migrator {
    /// In order; a migration that has been released never changes again.
    static let migrations: [Migration] = [.initial, .administration, .idempotentAnswers]

    /// Applies what is missing, in one transaction: another process that starts at the same time waits and finds it done.
    /// - Throws: `.corrupt` when the database is newer than the program.
    static func migrate(_ connection: some SQLConnection, now: Timestamp) throws(StoreError) {
        try connection.runScript(connection.dialect.migrationBegin)
        do {
            try applyMissing(to: connection, now: now)
        } catch {
            _ = try? connection.runScript("ROLLBACK")
            throw error
        }
        try connection.runScript("COMMIT")
    }

    private static func applyMissing(to connection: some SQLConnection, now: Timestamp) throws(StoreError) {
        let spell = connection.dialect.spell
        try connection.runScript(
            spell(
                """
                CREATE TABLE IF NOT EXISTS schema_migrations (
                    version {{ref}} NOT NULL PRIMARY KEY, name {{text}} NOT NULL, applied {{time}} NOT NULL)
                """))
        var applied: Int64 = 0
        try connection.run("SELECT COALESCE(MAX(version), 0) FROM schema_migrations", []) { applied = $0.integer(0) }
        guard applied <= migrations.count else {
            throw StoreError(
                .corrupt,
                "the database has schema version \(applied), this program knows \(migrations.count): use a newer one")
        }
        for (version, migration) in zip(Int64(1)..., migrations) where version > applied {
            try connection.runScript(spell(migration.script))
            if connection.dialect == .postgreSQL { try connection.runScript(migration.postgreSQLScript) }
            try connection.run(
                "INSERT INTO schema_migrations (version, name, applied) VALUES ($1, $2, $3)",
                .integer(version), .text(migration.name), .time(now))
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
