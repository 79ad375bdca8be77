import Foundation
import Logging
import TMSAPI
import TMSStore
import TestSupport
import Testing

@Suite struct MigratorTests {
    private static func open(_ path: String) throws -> Store {
        try Store(Store.Configuration(path: path), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    @Test func secondStartFindsTheSchemaAndTheRows() async throws {
        let folder = try TemporaryFolder()
        do {
            let first = try TestStore(in: folder)
            try await first.fill()
            first.store.shutdown()
        }
        let second = try TestStore(in: folder)
        #expect(try second.count("SELECT COUNT(*) FROM clients") == 1)
        #expect(try second.count("SELECT COUNT(*) FROM schema_migrations") == 2)
    }

    @Test func databaseOfANewerProgramIsRefused() async throws {
        let test = try TestStore()
        try test.foreignConnection().runScript("INSERT INTO schema_migrations VALUES (999, 'future', 0)")
        test.store.shutdown()
        #expect(throws: StoreError(.corrupt, "")) { try Self.open(test.path) }
    }

    @Test func fileThatIsNoDatabaseIsRefusedAndLeftAlone() throws {
        let folder = try TemporaryFolder()
        let text = String(repeating: "not a database ", count: 100)
        let path = try folder.write(text, to: "tms.db")
        #expect(throws: StoreError(.corrupt, "")) { try Self.open(path) }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
    }

    @Test func severalStartsAtOnceMakeOneSchema() async throws {
        let folder = try TemporaryFolder()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask { try Self.open(folder.file("tms.db")).shutdown() }
            }
            try await group.waitForAll()
        }
        #expect(try TestStore(in: folder).count("SELECT COUNT(*) FROM schema_migrations") == 2)
    }
}
