import TMSAPI
import TMSStore
import TestSupport
import Testing

/// Lanes read the database by a mapping that outlives commits (docs/decisions/0009): whatever becomes of the file, they see
/// what is in it.
@Suite struct MappingTests {
    private let test: TestStore
    private let other: SQLiteConnection

    /// - Parameter mapMebibytes: what lanes may map.
    private init(mapMebibytes: Int) throws {
        test = try TestStore.inFile { $0.laneMapMebibytes = mapMebibytes }
        other = try test.foreignConnection()
        try other.runScript("CREATE TABLE pages (number INTEGER PRIMARY KEY, text TEXT NOT NULL)")
    }

    init() throws { try self.init(mapMebibytes: 64) }

    /// Adds rows of a page each, and copies them from the log into the file.
    private func add(_ numbers: Range<Int>) throws {
        try other.runScript(
            """
            WITH RECURSIVE n(i) AS (SELECT \(numbers.lowerBound) UNION ALL SELECT i + 1 FROM n
                                    WHERE i + 1 < \(numbers.upperBound))
            INSERT INTO pages SELECT i, printf('%04000d', i) FROM n;
            PRAGMA wal_checkpoint(TRUNCATE);
            """)
    }

    /// The numbers of the rows, by what each says itself, as a lane sees them.
    private func seen() async throws -> [Int] {
        try await test.read { transaction throws(APIError) in
            try transaction.all("SELECT text FROM pages ORDER BY number") { Int($0.text(0)) ?? -1 }
        }
    }

    @Test func fileThatGrowsPastItsMappingIsReadToItsEnd() async throws {
        for end in stride(from: 500, through: 4000, by: 500) {
            try add(end - 500..<end)
            #expect(try await seen() == Array(0..<end))
        }
    }

    @Test func fileThatIsLongerThanMayBeMappedIsReadToItsEnd() async throws {
        let small = try MappingTests(mapMebibytes: 1)
        try small.add(0..<3000)
        #expect(try await small.seen() == Array(0..<3000))
        try small.add(3000..<6000)
        #expect(try await small.seen() == Array(0..<6000))
    }

    /// SQLite gives its mapping up with every commit because of this case.
    @Test func fileThatIsCutAndGrowsAgainIsReadAsItIs() async throws {
        try add(0..<4000)
        #expect(try await seen().count == 4000)
        try other.runScript("DELETE FROM pages; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")
        #expect(try await seen() == [])
        try add(10_000..<14_000)
        #expect(try await seen() == Array(10_000..<14_000))
        // Between two looks of the lane, so that it never sees the short file.
        try other.runScript("DELETE FROM pages; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")
        try add(20_000..<24_000)
        #expect(try await seen() == Array(20_000..<24_000))
    }

    @Test func pagesChangedInPlaceAreSeen() async throws {
        try add(0..<2000)
        for shift in 1...5 {
            #expect(try await seen() == (0..<2000).map { $0 + (shift - 1) * 10_000 })
            try other.runScript(
                """
                UPDATE pages SET text = printf('%04000d', number + \(shift * 10_000));
                PRAGMA wal_checkpoint(TRUNCATE);
                """)
        }
    }
}
