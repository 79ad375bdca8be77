import Foundation
import TMSAPI
import TestSupport
import Testing

@testable import TMSStore

@Suite struct RoundTripTests {
    @Test(arguments: [(Backend.sqlite, Backend.postgreSQL), (.postgreSQL, .sqlite), (.sqlite, .sqlite)])
    func everythingGoesThereAndBackUnchanged(from first: Backend, to second: Backend) throws {
        let source = try MovingFixture.filled(on: first)
        try source.addAuditRows(TableReader.pageRows * 2)
        let file = try source.export()
        var last = file
        for (number, backend) in [second, first].enumerated() {
            let target = try MovingFixture(on: backend)
            #expect(try target.import(last) == 0)
            let copy = try target.export(to: "copy")
            #expect(try MovingFixture.body(copy) == MovingFixture.body(file))
            last = source.folder.file("copy-\(number)")
            try FileManager.default.moveItem(atPath: copy, toPath: last)
        }
    }

    /// Else the test above would not notice that a table is forgotten.
    @Test func everythingIsInTheFixture() throws {
        let source = try MovingFixture.filled(on: .sqlite)
        let sums = try CheckedExport(path: try source.export()).sums
        #expect(sums.map(\.table) == MovedTable.all.map(\.name))
        for sum in sums { #expect(sum.rows > 0, "\(sum.table)") }
    }

    @Test func bothBackendsExportTheSame() throws {
        let files = try Backend.all.map { try MovingFixture.filled(on: $0) }
        #expect(try MovingFixture.body(files[0].export()) == MovingFixture.body(files[1].export()))
    }

    @Test func emptyDatabaseCanBeMoved() throws {
        let source = try MovingFixture(on: .sqlite)
        _ = try source.database.place.migrate()
        let target = try MovingFixture(on: .postgreSQL)
        #expect(try target.import(source.export()) == 0)
        #expect(try MovingFixture.body(target.export()) == MovingFixture.body(source.export()))
    }

    /// A table or a column that a migration adds has to be moved, or this fails.
    @Test(arguments: Backend.all) func allTablesAndColumnsOfTheSchemaAreMoved(on backend: Backend) throws {
        let fixture = try MovingFixture(on: backend)
        _ = try fixture.database.place.migrate()
        let columns: StaticString =
            switch backend {
            case .sqlite:
                "SELECT t.name, c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type = 'table'"
            case .postgreSQL:
                """
                SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT) FROM information_schema.columns
                WHERE table_schema = current_schema()
                """
            }
        var schema: [String: Set<String>] = [:]
        try fixture.database.connect().run(columns, []) { row in
            schema[row.text(0), default: []].insert(row.text(1))
        }
        for own in ["schema_migrations", "unfinished_import"] { schema[own] = nil }
        let moved = MovedTable.all.map { ($0.name, Set($0.columns.map(\.name))) }
        #expect(Dictionary(uniqueKeysWithValues: moved) == schema)
    }

    @Test func statementsNameTheColumnsInTheirOrder() {
        for table in MovedTable.all {
            let names = table.columns.map(\.name)
            func words(_ sql: StaticString) -> [String] {
                sql.description.split { " ,()\n".contains($0) }.map(String.init)
            }
            #expect(words(table.page).starts(with: ["SELECT"] + names + ["FROM", table.name, "WHERE"]))
            let values = (1...names.count).map { "$\($0)" }
            #expect(words(table.insert) == ["INSERT", "INTO", table.name] + names + ["VALUES"] + values)
        }
    }

    @Test(arguments: Backend.all) func newRowsGetIdsBehindThoseThatCame(on backend: Backend) async throws {
        let (source, target) = (try MovingFixture.filled(on: .sqlite), try MovingFixture(on: backend))
        try target.import(source.export())
        let test = try TestStore(at: target.database)
        for number in 1...3 { try await test.insertKey(number) }
        #expect(try test.count("SELECT COUNT(*) FROM pubkeys WHERE id > 205") == 3)
        #expect(try test.count("SELECT COUNT(*) FROM audit WHERE id > 5") == 3)
        // A key of before can be used as it could.
        let key = try #require(
            try await test.read { transaction throws(APIError) in
                try transaction.lookUpPubkey(fingerprint: "SHA256:one", host: "h", account: "a")
            })
        #expect(key.usesRemaining == 1)
    }

    @Test(arguments: Backend.all) func exportHasOneStateOfTheDatabase(on backend: Backend) throws {
        let source = try MovingFixture.filled(on: backend)
        let before = try MovingFixture.body(source.export())
        var (bytes, writes): ([UInt8], Int) = ([], 0)
        _ = try DatabaseExport(of: source.database.place).run { part in
            bytes += part
            writes += 1
            // In the middle of the first table, somebody else adds to the last one.
            if writes == 3 { try source.addAuditRows(1) }
        }
        #expect(writes > 3)
        #expect(String(decoding: bytes, as: UTF8.self).hasSuffix(before))
        #expect(try MovingFixture.body(source.export()) != before)
    }
}
