import Foundation
import TestSupport
import Testing

/// What the server does with its database file, by its system calls (docs/decisions/0009).
@Suite struct DatabaseFileTests {
    private static let database = "/tms.db>"

    /// What a checkpoint writes goes to the disk piece by piece, so that no commit waits behind all of it.
    @Test func checkpointWaitsForTheDiskAfterEveryTwoMebibytes() async throws {
        let traced = try await TracedServer.start(
            tracing: "pwrite64,fdatasync,fsync", settings: ["checkpoint_pages=1000"])
        // Nine mebibytes in the log, and a commit of the server's that sees how long the log is.
        try traced.server.database.change(
            """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2300)
            INSERT INTO audit (at, tenant, caller, request_id, action, subject, new_value)
            SELECT 0, 't', 'c', 'r', 'a', 's', printf('%04000d', i) FROM n
            """)
        #expect(try await Wire(traced.server.url).create().status == 201)

        var (unsynced, most, syncs) = (0, 0, 0)
        for line in try await traced.stop() where line.contains(Self.database) {
            if line.contains("sync(") {
                syncs += 1
                unsynced = 0
            } else if line.contains("pwrite64(") {
                // pwrite64(12</…/tms.db>, "…"..., 4096, 8192) = 4096
                unsynced += try #require(line.split(separator: ", ").dropLast().last.flatMap { Int($0) }, "\(line)")
                most = max(most, unsynced)
            }
        }
        #expect(most == 2 << 20)
        #expect(syncs >= 4)
    }

    /// SQLite itself would map the file anew after every commit.
    @Test func mappingOutlivesCommits() async throws {
        let traced = try await TracedServer.start(tracing: "mmap")
        let wire = Wire(traced.server.url)
        let pairs = 20
        for _ in 0..<pairs {
            let key = try #require(try await wire.create()["public_key_fingerprint"])
            #expect(try await wire.retrieve(key).status == 200)
        }
        let mappings = try await traced.stop().filter { $0.contains(Self.database) }
        // One for each event loop, which may have grown once.
        #expect((1..<pairs / 2).contains(mappings.count), "\(mappings)")
    }
}
