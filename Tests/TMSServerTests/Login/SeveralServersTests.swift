import Foundation
import TMSStore
import TestSupport
import Testing

/// Servers that share a database of PostgreSQL, whatever the other tests stand on.
@Suite struct SeveralServersTests {
    /// A use that is taken while its caller is told that it took too long would be missing in the count.
    private static let patience = ["deadline_seconds=40", "login_deadline_seconds=40"]

    /// Starts servers at once on one database, each installed in a folder of its own, and kills them in the end.
    private func withServers(_ count: Int, on database: TestDatabase, _ body: ([TestServer]) async throws -> Void)
        async throws
    {
        let servers = try await withThrowingTaskGroup(of: TestServer.self) { group in
            for _ in 0..<count {
                // In its folder nothing says which database it is on; the environment does.
                group.addTask {
                    try await TestServer.start(
                        on: .sqlite, settings: Self.patience, environment: database.environment)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        defer { for server in servers { server.process.signal(SIGKILL) } }
        try await body(servers)
    }

    @Test func tenThatStartAtOnceOnAnEmptyDatabaseAllComeUp() async throws {
        let database = try Backend.postgreSQL.makeDatabase()
        try await withServers(10, on: database) { servers in
            for server in servers {
                #expect(try await Wire(server.url).send("GET", "/readyz").status == 200)
                #expect(try await Wire(server.url).create().status == 201)
            }
            let hasSecrets = servers.filter { FileManager.default.fileExists(atPath: $0.root + "/tms-install.out") }
            #expect(hasSecrets.count == 1)
            var counts: [Int64] = []
            try database.connect().run(
                """
                SELECT (SELECT COUNT(*) FROM schema_migrations), (SELECT COUNT(*) FROM tenants),
                       (SELECT COUNT(*) FROM admin), (SELECT COUNT(*) FROM pubkeys)
                """, []
            ) { row in counts = (0..<4).map { row.integer($0) } }
            #expect(counts == [Int64(MigrationPlan.programVersion), 2, 2, 10])
        }
    }

    private struct Lookup {
        let began: ContinuousClock.Instant
        let ended: ContinuousClock.Instant
        let status: Int
    }

    /// The order of the answers must be one that a single counter could have given: as many successes as uses, and none
    /// that began after somebody had been told that there are none left.
    @Test func thousandUsesAreTakenOnceByThreeServers() async throws {
        let (uses, lookupsEach, callersEach) = (1_000, 50, 8)
        try await withServers(3, on: try Backend.postgreSQL.makeDatabase()) { servers in
            let made = try await Wire(servers[0].url).create(["num_uses": "\(uses)"])
            let key = try #require(made["public_key_fingerprint"])
            let history = try await withThrowingTaskGroup(of: [Lookup].self) { group in
                for (number, server) in servers.enumerated() {
                    for caller in 0..<callersEach {
                        group.addTask {
                            var lookups: [Lookup] = []
                            for attempt in 0..<lookupsEach {
                                let began = ContinuousClock.now
                                let answer = try await Wire(server.url).retrieve(
                                    key, connection: "\(number)-\(caller)-\(attempt)")
                                lookups.append(Lookup(began: began, ended: .now, status: answer.status))
                            }
                            return lookups
                        }
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            let successes = history.filter { $0.status == 200 }
            let refusals = history.filter { $0.status == 403 }
            #expect(history.count == servers.count * callersEach * lookupsEach)
            #expect(successes.count == uses)
            #expect(refusals.count == history.count - uses)
            let usedUp = try #require(refusals.map(\.ended).min())
            #expect(successes.allSatisfy { $0.began <= usedUp })
        }
    }
}
