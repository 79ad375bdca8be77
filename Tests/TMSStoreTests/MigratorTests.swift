import Foundation
import Logging
import TMSAPI
import TMSStore
import TestSupport
import Testing

@Suite struct MigratorTests {
    private static func open(_ place: Store.Place) throws -> Store {
        try Store(Store.Configuration(place), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    @Test(arguments: Backend.all) func secondStartFindsTheSchemaAndTheRows(on backend: Backend) async throws {
        let database = try backend.makeDatabase()
        do {
            let first = try TestStore(at: database)
            try await first.fill()
            first.store.shutdown()
        }
        let second = try TestStore(at: database)
        #expect(try second.count("SELECT COUNT(*) FROM clients") == 1)
        #expect(try second.count("SELECT COUNT(*) FROM schema_migrations") == 4)
    }

    @Test(arguments: Backend.all) func databaseOfANewerProgramIsRefused(on backend: Backend) async throws {
        let test = try TestStore(on: backend)
        try test.database.change("INSERT INTO schema_migrations VALUES (999, 'future', {{past}})")
        test.store.shutdown()
        #expect(throws: StoreError(.unfit, "")) { try Self.open(test.database.place) }
        #expect(throws: StoreError(.unfit, "")) { try test.database.place.migrationPlan() }
    }

    @Test(arguments: Backend.all) func planIsWhatIsDone(on backend: Backend) throws {
        let database = try backend.makeDatabase()
        let place = database.place
        let plan = try place.migrationPlan()
        #expect(plan.version == 0)
        #expect(plan.steps.map(\.version) == Array(1...MigrationPlan.programVersion))
        // Looking has changed nothing.
        #expect(try place.migrate() == plan)
        #expect(try place.migrationPlan().steps.isEmpty)
        #expect(try place.migrate().steps.isEmpty)
    }

    @Test(arguments: Backend.all) func onlyWhatIsMissingIsDone(on backend: Backend) async throws {
        let database = try backend.makeDatabase()
        let test = try TestStore(at: database)
        try await test.fill()
        test.store.shutdown()
        try database.change("DROP TABLE unfinished_import; DELETE FROM schema_migrations WHERE version = 4")
        #expect(try database.place.migrationPlan().steps.map(\.name) == ["unfinished import"])
        #expect(try database.place.migrate().version == 3)
        #expect(try TestStore(at: database).count("SELECT COUNT(*) FROM clients") == 1)
    }

    @Test func fileThatIsMissingStaysSo() throws {
        let path = try TemporaryFolder().file("tms.db")
        #expect(try Store.Place.sqlite(path: path).migrationPlan().version == 0)
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func placeIsNamedWithoutSecrets() throws {
        #expect("\(Store.Place.sqlite(path: "/opt/tms/tms.db"))" == "SQLite, /opt/tms/tms.db")
        let url = "postgresql://u:hunter2@one,two/tms?target_session_attrs=read-write&sslpassword=hunter3"
        let place = "\(Store.Place.postgreSQL(try PostgreSQLDatabase(address: url)))"
        #expect(place.hasPrefix("PostgreSQL, ") && place.contains("user=u"))
        #expect(place.contains("host=one,two") && place.contains("dbname=tms") && !place.contains("hunter"))
    }

    @Test func fileThatIsNoDatabaseIsRefusedAndLeftAlone() throws {
        let folder = try TemporaryFolder()
        let text = String(repeating: "not a database ", count: 100)
        let path = try folder.write(text, to: "tms.db")
        #expect(throws: StoreError(.corrupt, "")) { try Self.open(.sqlite(path: path)) }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
    }

    @Test(arguments: Backend.all) func tenStartsAtOnceMakeOneSchema(on backend: Backend) async throws {
        let database = try backend.makeDatabase()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<10 {
                group.addTask { try Self.open(database.place).shutdown() }
            }
            try await group.waitForAll()
        }
        #expect(try TestStore(at: database).count("SELECT COUNT(*) FROM schema_migrations") == 4)
    }
}
