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
        #expect(try second.count("SELECT COUNT(*) FROM schema_migrations") == 3)
    }

    @Test(arguments: Backend.all) func databaseOfANewerProgramIsRefused(on backend: Backend) async throws {
        let test = try TestStore(on: backend)
        try test.database.change("INSERT INTO schema_migrations VALUES (999, 'future', {{past}})")
        test.store.shutdown()
        #expect(throws: StoreError(.corrupt, "")) { try Self.open(test.database.place) }
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
        #expect(try TestStore(at: database).count("SELECT COUNT(*) FROM schema_migrations") == 3)
    }
}
