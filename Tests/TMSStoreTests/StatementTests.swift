import TMSAPI
import TMSStore
import TestSupport
import Testing

@Suite struct StatementTests {
    @Test func laneReadsWithTheCacheItIsGiven() async throws {
        let test = try TestStore { $0.laneCacheKibibytes = 3000 }
        let size = try await test.read { transaction throws(APIError) in
            try transaction.first("PRAGMA cache_size", as: { $0.integer(0) })
        }
        #expect(size == -3000)
    }

    @Test func parametersAreTakenByNumberNotByAppearance() async throws {
        let test = try TestStore()
        let texts = try await test.read { transaction throws(APIError) in
            try transaction.first("SELECT $2, $1, $2", .text("one"), .text("two")) {
                [$0.text(0), $0.text(1), $0.text(2)]
            }
        }
        #expect(texts == ["two", "one", "two"])
    }

    @Test func wrongNumberOfValuesIsAnErrorAndNotANull() async throws {
        let test = try TestStore()
        await #expect(throws: APIError(.internalError, "")) {
            try await test.read { transaction throws(APIError) in
                _ = try transaction.first("SELECT $1, $2", .text("one")) { $0.text(0) }
            }
        }
    }

    @Test func valuesComeBackAsTheyWentIn() async throws {
        let test = try TestStore()
        let time = Timestamp(microseconds: 1_795_462_591_123_456)
        let isSame = try await test.read { transaction throws(APIError) in
            try transaction.first(
                "SELECT $1, $2, $3, $4, $5", .integer(Int64.min), .text("a\u{1F511}'\"; --"), .flag(true), .time(time),
                .null
            ) { row in
                row.integer(0) == .min && row.text(1) == "a\u{1F511}'\"; --" && row.flag(2) && row.time(3) == time
                    && row.isNull(4)
            }
        }
        #expect(isSame == true)
    }

    @Test func constraintsAreToldApart() async throws {
        let test = try TestStore()
        try await test.fill()
        try await test.insertKey(1)
        await #expect(throws: APIError(.conflict, "")) { try await test.insertKey(1) }
        await #expect(throws: APIError(.unprocessable, "")) {
            try await test.write { transaction throws(APIError) in
                try transaction.insertAdmin(tenant: "nowhere", adminID: "x", secretHash: "00")
            }
        }
        await #expect(throws: APIError(.unprocessable, "")) {
            try await test.write { transaction throws(APIError) in
                try transaction.execute("UPDATE pubkeys SET remaining_uses = -1")
            }
        }
    }

    @Test func readersCannotWrite() async throws {
        let test = try TestStore()
        await #expect(throws: APIError.self) {
            try await test.read { transaction throws(APIError) in
                try transaction.execute("DELETE FROM tenants")
            }
        }
    }

    @Test func transactionHasOneTime() async throws {
        let test = try TestStore { $0.clock = { Timestamp(microseconds: 42) } }
        #expect(try await test.read { transaction throws(APIError) in transaction.now } == Timestamp(microseconds: 42))
    }
}
