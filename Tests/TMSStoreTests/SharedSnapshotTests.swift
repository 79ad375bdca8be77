import TMSAPI
import TMSStore
import TestSupport
import Testing

/// Reads of one turn of a loop share a snapshot, and never see less than was committed before they were asked for.
@Suite struct SharedSnapshotTests {
    private func isThere(_ tenant: String, _ lane: StoreLane) -> Bool? {
        var isThere: Bool?
        lane.read(as: TestStore.caller) { transaction throws(APIError) in
            try transaction.tenantIsEnabled(tenant)
        } then: {
            isThere = try? $0.get()
        }
        return isThere
    }

    @Test func commitOfThisProcessIsSeenWithinTheSameTurn() async throws {
        let test = try TestStore.inFile()
        let seen: [Bool?] = await test.onLoop { lane, continuation in
            let before = isThere("x", lane)
            // Still the same turn: the loop's thread waits here for the commit.
            let write = { @Sendable (transaction: Transaction) throws(APIError) -> Bool in
                try transaction.insertTenant("x")
            }
            let isMade = try? test.store.writeAndWait(as: TestStore.caller, write)
            continuation.resume(returning: [before, isMade, isThere("x", lane)])
        }
        #expect(seen == [false, true, true])
    }

    @Test func commitOfAnotherProcessIsSeenInTheNextTurn() async throws {
        let test = try TestStore.inFile()
        let before: Bool? = await test.onLoop { lane, continuation in continuation.resume(returning: isThere("x", lane))
        }
        let other = try SQLiteConnection(path: test.path, role: .writer, busyTimeoutMilliseconds: 1000)
        try other.runScript("INSERT INTO tenants (tenant, enabled, created, updated) VALUES ('x', 1, 0, 0)")
        let after: Bool? = await test.onLoop { lane, continuation in continuation.resume(returning: isThere("x", lane))
        }
        #expect(before == false)
        #expect(after == true)
    }
}
