import TMSAPI
import TestSupport
import Testing

@testable import TMSStore

/// The standby that each commit waits for is away, and nobody can say for how long.
@Suite struct StandbyAwayTests {
    private let cluster: PostgreSQLCluster

    init() throws {
        cluster = try PostgreSQLCluster()
    }

    private func setStandby(_ name: String) throws {
        let administrator = try cluster.administrator()
        try administrator.runScript("ALTER SYSTEM SET synchronous_standby_names = '\(name)'")
        try administrator.runScript("SELECT pg_reload_conf()")
    }

    /// Sessions that wait for the standby.
    private func waiting() throws -> Int64 {
        var count: Int64 = -1
        try cluster.administrator().run("SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'", []) {
            count = $0.integer(0)
        }
        return count
    }

    @Test func writerLeavesOneSessionBehindAndGoesOnWhenItsCommitHasEnded() async throws {
        let test = try TestStore(at: TestDatabase(try cluster.makeDatabase())) { configuration in
            configuration.changePostgreSQL { database in
                database.writers = 1
                database.reconnectMilliseconds = 10...50
                database.statementMillisecondsMax = 500
                database.networkMillisecondsMax = 100
            }
        }
        try await test.fill()
        try await test.insertKey(0)
        try setStandby("away")
        // Sessions hear of it when they next look; this one shows that the writer's has.
        var unknown = 0
        for number in 1...200 where unknown == 0 {
            do { try await test.insertKey(number) } catch {
                #expect(error.message.contains("look whether it was made"))
                unknown = number
            }
        }
        try #require(unknown > 0)
        // The writer looks several times meanwhile.
        for _ in 0..<60 {
            do {
                try await test.insertKey(1000)
                Issue.record("a change was confirmed by nobody")
            } catch {
                #expect(error.message.contains("cannot be reached"))
            }
            #expect(try waiting() == 1)
        }
        // Whoever only reads does so.
        #expect(try await test.read { transaction throws(APIError) in try transaction.findKey(0) } != nil)
        try setStandby("")
        #expect(try await eventually { (try? await test.insertKey(1000)) != nil })
        let number = unknown
        #expect(try await test.read { transaction throws(APIError) in try transaction.findKey(number) } != nil)
        #expect(try waiting() == 0)
    }
}
