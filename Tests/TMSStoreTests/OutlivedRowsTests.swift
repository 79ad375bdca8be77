import TMSAPI
import TMSStore
import TestSupport
import Testing

/// What nobody will ask for any more goes, and nothing else.
@Suite struct OutlivedRowsTests {
    private func rows(_ test: TestStore) throws -> [Int64] {
        [
            try test.count("SELECT COUNT(*) FROM login_tickets"),
            try test.count("SELECT COUNT(*) FROM idempotent_answers"),
        ]
    }

    @Test(arguments: Backend.all) func expiredTicketsAndAnswersGoStepByStep(on backend: Backend) async throws {
        let test = try TestStore(on: backend)
        try await test.fill()
        try await test.insertKey(1)
        try await test.write { transaction throws(APIError) in
            for (number, seconds) in [-2, -1, 60].enumerated() {
                let expiresAt = transaction.now.adding(seconds: Int64(seconds))
                _ = try transaction.takeUse(pubkey: 1, connection: "\(number)", ticketExpiresAt: transaction.now)
                let owner = AnswerOwner(tenant: "t", clientID: "c", idempotencyKey: "\(number)")
                _ = try transaction.claimAnswer(of: owner, request: "r", expiresAt: expiresAt)
                try transaction.keepAnswer("{}", of: owner)
            }
        }
        try test.database.change("UPDATE login_tickets SET expires_at = {{past}} WHERE connection <> '2'")
        try test.database.change("UPDATE login_tickets SET expires_at = {{future}} WHERE connection = '2'")
        #expect(try rows(test) == [3, 3])
        var deleted: [Int] = []
        for _ in 0..<3 {
            deleted.append(
                try await test.write { transaction throws(APIError) in try transaction.deleteOutlived(countMax: 1) })
        }
        #expect(deleted == [2, 2, 0])
        #expect(try rows(test) == [1, 1])
    }

    @Test func onlyTheIndexIsRead() async throws {
        let test = try TestStore.inFile()
        try await test.fill()
        try await test.insertKey(1)
        try await test.write { transaction throws(APIError) in
            for number in 0..<50 {
                _ = try transaction.takeUse(
                    pubkey: 1, connection: "\(number)", ticketExpiresAt: transaction.now.adding(seconds: 60))
            }
        }
        let connection = try test.foreignConnection()
        #expect(try test.transaction(on: connection).deleteOutlived(countMax: 1000) == 0)
        #expect(connection.rowsScanned == 0)
    }
}
