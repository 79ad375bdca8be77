import Foundation
import TMSStore
import TestSupport
import Testing

/// `migrate`, `export` and `import` as an operator runs them.
@Suite struct MoveCommandTests {
    /// With other tests beside it an import takes its time.
    private static let secondsMax = 200.0

    private let folder: TemporaryFolder
    private let root: String

    init() throws {
        folder = try TemporaryFolder()
        root = folder.file("tms")
    }

    private var databaseFile: String { root + "/database/tms.db" }

    private func run(
        _ arguments: String..., environment: [String: String] = [:]
    ) async throws -> Program.Outcome {
        try await Program.run(
            Program.path("tms-server"), arguments + ["--root-dir", root, "--allow-root"], environment: environment,
            secondsMax: Self.secondsMax)
    }

    private func expectSuccess(
        _ outcome: Program.Outcome, _ texts: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(outcome.status == 0, "\(outcome.errors)", sourceLocation: sourceLocation)
        for text in texts { #expect(outcome.output.contains(text), "\(outcome)", sourceLocation: sourceLocation) }
    }

    private func expectRefusal(
        _ outcome: Program.Outcome, _ texts: String..., status: Int32 = 1,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(outcome.status == status, "\(outcome)", sourceLocation: sourceLocation)
        for text in texts { #expect(outcome.errors.contains(text), "\(outcome)", sourceLocation: sourceLocation) }
    }

    /// All lines of an export but the first, which has the time.
    private func body(_ name: String) throws -> Data {
        let data = try #require(FileManager.default.contents(atPath: folder.file(name)))
        return data[try #require(data.firstIndex(of: UInt8(ascii: "\n")))...]
    }

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
    }

    /// What somebody does who starts with an empty file again.
    private func removeDatabaseFile() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: root + "/database") {
            try FileManager.default.removeItem(atPath: root + "/database/" + name)
        }
    }

    // MARK: Moving

    @Test func serverMovesToPostgreSQLAndBack() async throws {
        let file = try await TestServer.start(in: folder, on: .sqlite)
        let first = try #require(try await Wire(file.url).create()["public_key_fingerprint"])
        expectSuccess(try await run("export", folder.file("beside")), "pubkeys: 1")
        #expect(await file.stop() == 0)
        expectSuccess(try await run("export", folder.file("one")), "Exported", folder.file("one"))
        #expect(try mode(folder.file("one")) == 0o600)
        #expect(try body("one") == body("beside"))

        let database = TestDatabase(try PostgreSQLCluster.shared().makeDatabase())
        let url = try #require(database.environment["TMS_DATABASE_URL"])
        let there = try await run(
            "import", folder.file("one"), environment: ["TMS_DATABASE_URL": url + "&password=hunter2"])
        expectSuccess(there, "Database: PostgreSQL, ", "Counts and checksums of all tables are those of")
        #expect(!(there.output + there.errors).contains("hunter2"))
        // The folder's server is on that database from now on.
        _ = try folder.write(url, to: "database-url")
        let server = try await TestServer.start(in: folder)
        #expect(try await Wire(server.url).retrieve(first).status == 200)
        let second = try #require(try await Wire(server.url).create()["public_key_fingerprint"])
        #expect(await server.stop() == 0)
        expectSuccess(try await run("export", folder.file("two"), environment: ["TMS_DATABASE_URL": url]), "pubkeys: 2")

        try FileManager.default.removeItem(atPath: folder.file("database-url"))
        try removeDatabaseFile()
        expectSuccess(try await run("import", folder.file("two")), "Database: SQLite, \(databaseFile)")
        #expect(try mode(databaseFile) == 0o600)
        expectSuccess(try await run("export", folder.file("three")))
        #expect(try body("three") == body("two"))
        let back = try await TestServer.start(in: folder, on: .sqlite)
        for key in [first, second] { #expect(try await Wire(back.url).retrieve(key).status == 200) }
        #expect(try await Wire(back.url).create().status == 201)
        #expect(await back.stop() == 0)
    }

    /// `kill -9` in the middle: nobody uses what is there, and the same command goes on.
    @Test(arguments: Backend.all) func importThatWasKilledGoesOn(on backend: Backend) async throws {
        expectSuccess(try await run("install"))
        try TestDatabase(sqliteIn: folder, file: "tms/database/tms.db").change(
            """
            INSERT INTO audit (at, tenant, caller, request_id, action, subject, new_value)
            WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 60000)
            SELECT {{past}}, 't', 'somebody', 'r-' || n, 'pubkey created', 'SHA256:' || n || ' on h', 'user u as a'
            FROM numbers;
            """)
        expectSuccess(try await run("export", folder.file("export")))
        try removeDatabaseFile()
        let database =
            backend == .sqlite ? nil : TestDatabase(try PostgreSQLCluster.shared().makeDatabase())
        let environment = database?.environment ?? [:]

        // So that the kill comes in the middle on any machine, the import cannot get past that row.
        let place = database ?? TestDatabase(sqliteIn: folder, file: "tms/database/tms.db")
        _ = try place.place.migrate()
        if backend == .sqlite {
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: databaseFile)
        }
        try place.change(Self.stopAtRow45000(on: backend))
        let log = databaseFile + "-wal"
        let killed = try RunningProgram(
            Program.path("tms-server"), ["import", folder.file("export"), "--root-dir", root, "--allow-root"],
            environment: environment)
        try #require(
            await eventually(withinSeconds: Self.secondsMax) {
                Self.hasSomeRows(of: place, log: log) || killed.hasEnded
            })
        killed.signal(SIGKILL)
        #expect(await killed.waitUntilExit() == -SIGKILL, "\(killed.output)\(killed.errors)")
        try place.change(Self.goOn(on: backend))

        let unfinished = "an import into it is not finished"
        expectRefusal(try await run("serve", "--http-port", "0", environment: environment), unfinished)
        expectRefusal(try await run("install", environment: environment), unfinished)
        expectRefusal(try await run("export", folder.file("half"), environment: environment), unfinished)
        #expect(!FileManager.default.fileExists(atPath: folder.file("half")))
        #expect(!FileManager.default.fileExists(atPath: folder.file("half.partial")))
        let second = try await run("import", folder.file("export"), environment: environment)
        expectSuccess(second, "0 rows were there from an import that was interrupted")
        expectSuccess(try await run("export", folder.file("copy"), environment: environment))
        #expect(try body("copy") == body("export"))
    }

    private static func stopAtRow45000(on backend: Backend) -> String {
        switch backend {
        case .sqlite:
            """
            CREATE TRIGGER stop BEFORE INSERT ON audit WHEN NEW.request_id = 'r-45000' BEGIN
                SELECT COUNT(*) FROM (
                    WITH RECURSIVE endless (n) AS (SELECT 1 UNION ALL SELECT 1 FROM endless) SELECT n FROM endless);
            END
            """
        case .postgreSQL:
            """
            CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN PERFORM pg_sleep(600); RETURN NEW; END $$;
            CREATE TRIGGER stop BEFORE INSERT ON audit FOR EACH ROW WHEN (NEW.request_id = 'r-45000')
                EXECUTE FUNCTION stop();
            """
        }
    }

    private static func goOn(on backend: Backend) -> String {
        switch backend {
        case .sqlite: "DROP TRIGGER stop"
        case .postgreSQL:
            // A session that sleeps does not look whether its client is there.
            """
            SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid();
            DROP TRIGGER stop ON audit;
            DROP FUNCTION stop();
            """
        }
    }

    /// Whether an import that will stop has some of its rows in the database.
    private static func hasSomeRows(of place: TestDatabase, log: String) -> Bool {
        if case .sqlite = place.place {
            // A commit of ten thousand rows takes three quarters of a mebibyte; nobody else may open the file.
            let attributes = try? FileManager.default.attributesOfItem(atPath: log)
            return (attributes?[.size] as? NSNumber)?.intValue ?? 0 > 2 << 20
        }
        var rows: Int64 = 0
        _ = try? place.connect().run("SELECT rows_done FROM unfinished_import", []) { rows = $0.integer(0) }
        return rows >= 20_000
    }

    @Test func exportOverwritesNothing() async throws {
        expectSuccess(try await run("install"))
        let file = try folder.write("precious", to: "export")
        expectRefusal(try await run("export", file), file, "is there already", status: 78)
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "precious")
        expectRefusal(try await run("export", folder.file("nowhere/export")), folder.file("nowhere/export"), status: 78)
        // What an export left that was killed is no obstacle.
        _ = try folder.write("half", to: "other.partial")
        expectSuccess(try await run("export", folder.file("other")))
        #expect(!FileManager.default.fileExists(atPath: folder.file("other.partial")))
    }

    @Test func damagedFileIsRefusedBeforeThereIsADatabase() async throws {
        expectSuccess(try await run("install"))
        expectSuccess(try await run("export", folder.file("export")))
        try removeDatabaseFile()
        let text = try String(contentsOfFile: folder.file("export"), encoding: .utf8)
        let damaged = try folder.write(text.replacingOccurrences(of: "\"default\"", with: "\"defau1t\""), to: "damaged")
        expectRefusal(try await run("import", damaged), damaged + ":", "tenants has 2 rows", "damaged")
        let cut = try folder.write(String(text.dropLast(10)), to: "cut")
        expectRefusal(try await run("import", cut), cut + ":", "it was cut")
        #expect(!FileManager.default.fileExists(atPath: databaseFile))
    }

    @Test func databaseOfANewInstallationIsNotEmpty() async throws {
        expectSuccess(try await run("install"))
        expectSuccess(try await run("export", folder.file("export")))
        expectRefusal(
            try await run("import", folder.file("export")), "is not empty, but has rows in tenants, admin, clients",
            "An import needs an empty database")
    }

    @Test func runningServerIsNotImportedInto() async throws {
        let server = try await TestServer.start(in: folder)
        expectSuccess(try await run("export", folder.file("export"), environment: server.database.environment))
        let refusal = try await run("import", folder.file("export"), environment: server.database.environment)
        #expect(refusal.status == 1 && (refusal.errors.contains("in use") || refusal.errors.contains("not empty")))
        #expect(try await Wire(server.url).create().status == 201)
    }

    // MARK: Migrating

    @Test(arguments: Backend.all) func planIsPrintedAndDone(on backend: Backend) async throws {
        let database =
            backend == .sqlite
            ? TestDatabase(sqliteIn: folder, file: "tms/database/tms.db")
            : TestDatabase(try PostgreSQLCluster.shared().makeDatabase())
        func migrate(_ flags: String...) async throws -> Program.Outcome {
            try await Program.run(
                Program.path("tms-server"), ["migrate", "--root-dir", root, "--allow-root"] + flags,
                environment: database.environment)
        }
        expectSuccess(try await run("install", environment: database.environment))
        expectSuccess(
            try await migrate(), "Database: " + (backend == .sqlite ? "SQLite, \(databaseFile)" : "PostgreSQL, "),
            "Nothing is to be done.")
        let last = MigrationPlan.programVersion
        try database.change("DROP TABLE unfinished_import; DELETE FROM schema_migrations WHERE version = 4")
        for _ in 0..<2 {
            expectSuccess(
                try await migrate("--dry-run"), "Schema: version 3, this program's is \(last)",
                "  to 4: unfinished import\n", "Nothing was changed.")
        }
        expectSuccess(try await migrate(), "  to 4: unfinished import\n", "Done.")
        expectSuccess(try await migrate(), "Nothing is to be done.")
        try database.change("INSERT INTO schema_migrations VALUES (999, 'future', {{past}})")
        for outcome in [try await migrate(), try await migrate("--dry-run")] {
            expectRefusal(outcome, "the database has schema version 999, this program knows \(last): use a newer one")
        }
    }

    @Test(arguments: [["migrate"], ["export", "file"], ["import", "file"]])
    func missingInstallationIsExplained(command: [String]) async throws {
        let outcome = try await Program.run(
            Program.path("tms-server"), command + ["--root-dir", root, "--allow-root"])
        expectRefusal(outcome, "tms-server install", status: 78)
    }
}
