import Foundation
import Logging
import TMSAPI
import TestSupport
import Testing

@testable import TMSStore

/// Databases that an import does not fill, and those that it has filled by half.
@Suite struct ImportTargetTests {
    private let source: MovingFixture
    private let file: String

    init() throws {
        source = try MovingFixture.filled(on: .sqlite)
        file = try source.export()
    }

    private func open(_ target: MovingFixture) throws -> Store {
        try Store(
            Store.Configuration(target.database.place), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    @Test(arguments: Backend.all) func databaseWithRowsIsLeftAlone(on backend: Backend) throws {
        let target = try MovingFixture(on: backend)
        _ = try target.database.place.migrate()
        try target.database.change("INSERT INTO tenants VALUES (1, 'other', TRUE, {{past}}, {{past}})")
        let before = try MovingFixture.body(target.export())
        expectRefusal("is not empty, but has rows in tenants") { try target.import(file) }
        #expect(try MovingFixture.body(target.export()) == before)
        try open(target).shutdown()
    }

    @Test(arguments: Backend.all) func databaseThatHasAllOfItAlreadyIsNotEmpty(on backend: Backend) throws {
        let target = try MovingFixture(on: backend)
        try target.import(file)
        expectRefusal("is not empty") { try target.import(file) }
    }

    @Test(arguments: Backend.all) func databaseInUseIsLeftAlone(on backend: Backend) async throws {
        let target = try MovingFixture(on: backend)
        let test = try TestStore(at: target.database)
        expectRefusal("is in use", "Stop") { try target.import(file) }
        // Nor is it marked: the server may start again.
        try await test.fill()
        test.store.shutdown()
        try open(target).shutdown()
    }

    @Test(arguments: Backend.all) func databaseOfAnotherVersionIsRefused(on backend: Backend) throws {
        let target = try MovingFixture(on: backend)
        _ = try target.database.place.migrate()
        try target.database.change("DELETE FROM schema_migrations WHERE version > 1")
        expectRefusal("is not empty", "schema version 1") { try target.import(file) }
        expectRefusal("schema version 1", "tms-server migrate") { try target.export() }
        try target.database.change("INSERT INTO schema_migrations VALUES (999, 'future', {{past}})")
        expectRefusal("schema version 999") { try target.import(file) }
        expectRefusal("schema version 999") { try target.export() }
    }

    @Test(arguments: Backend.all) func nobodyUsesHalfAnImport(on backend: Backend) throws {
        let target = try MovingFixture(on: backend)
        _ = try target.database.place.migrate()
        try target.database.change("INSERT INTO unfinished_import VALUES (1, 'another', 0, {{past}})")
        #expect(throws: StoreError(.unfit, "")) { try open(target) }
        #expect(throws: StoreError(.unfit, "")) { try target.export() }
        expectRefusal("half of another file") { try target.import(file) }
    }

    /// The first of three tables' rows are there, as if a process had ended behind that commit.
    @Test(arguments: Backend.all) func importGoesOnWhereItWas(on backend: Backend) throws {
        let target = try MovingFixture(on: backend)
        _ = try target.database.place.migrate()
        let identity = try CheckedExport(path: file).identity
        try target.database.change(
            """
            INSERT INTO unfinished_import VALUES (1, '\(identity)', 3, {{past}});
            INSERT INTO tenants VALUES (3, 't', TRUE, {{time 1}}, {{time 2}}), (7, 'closed', FALSE, {{time 3}}, {{time 4}});
            INSERT INTO admin VALUES (1, 't', '~~admin', 'aa', 'PERM_ADMIN', {{time 1}}, {{time 2}});
            """)
        #expect(try target.import(file) == 3)
        #expect(try MovingFixture.body(target.export()) == MovingFixture.body(file))
        try open(target).shutdown()
    }

    /// What is in the database is what counts in the end, not what was sent to it.
    @Test(arguments: Backend.all) func databaseThatDiffersInTheEndIsNotServed(on backend: Backend) throws {
        let target = try MovingFixture(on: backend)
        _ = try target.database.place.migrate()
        let identity = try CheckedExport(path: file).identity
        try target.database.change(
            """
            INSERT INTO unfinished_import VALUES (1, '\(identity)', 2, {{past}});
            INSERT INTO tenants VALUES (3, 't', TRUE, {{time 1}}, {{time 2}}), (7, 'closed', TRUE, {{time 3}}, {{time 4}});
            """)
        expectRefusal("tenants has 2 rows with the checksum", "Nobody serves from it") { try target.import(file) }
        #expect(throws: StoreError(.unfit, "")) { try open(target) }
    }

    /// A file whose sums are right can still hold what the schema forbids.
    @Test(arguments: Backend.all) func rowThatTheSchemaForbidsIsNamedByItsLine(on backend: Backend) throws {
        let forged = try MovingFixture.filled(on: .sqlite)
        // The second one cannot even be sent to PostgreSQL, when what was said to the first is not yet known.
        try forged.database.change(
            """
            PRAGMA foreign_keys = OFF;
            UPDATE pubkeys SET delegation_id = 77 WHERE id = 100;
            UPDATE pubkeys SET key_bits = 3000000000 WHERE id = 205;
            """)
        let file = try forged.export()
        let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
        let line = try #require(lines.firstIndex { $0.hasPrefix("[100,\"t\",\"c\"") }) + 1
        let target = try MovingFixture(on: backend)
        expectRefusal("\(file):\(line): ", backend == .sqlite ? "FOREIGN KEY" : "23503") { try target.import(file) }
        #expect(throws: StoreError(.unfit, "")) { try open(target) }
    }

    @Test func fileIsForOneImportAtATime() throws {
        let target = try MovingFixture(on: .sqlite)
        let other = try target.database.place.connect(.importing)
        expectRefusal("is in use") { try target.import(file) }
        #expect(throws: StoreError(.busy, "")) { try target.database.place.migrationPlan() }
        withExtendedLifetime(other) {}
    }

    @Test func twoImportsAtOnceMakeOne() async throws {
        try source.addAuditRows(DatabaseImport.transactionRows)
        let (target, file) = (try MovingFixture(on: .postgreSQL), try source.export())
        let outcomes = await withTaskGroup(of: Result<Int, any Error>.self) { group in
            for _ in 0..<2 { group.addTask { Result { try target.import(file) } } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let successes = outcomes.filter { if case .success = $0 { true } else { false } }
        #expect(successes.count == 1, "\(outcomes)")
        for case .failure(let error) in outcomes { #expect(error is MoveError, "\(error)") }
        #expect(try MovingFixture.body(target.export()) == MovingFixture.body(file))
    }
}
