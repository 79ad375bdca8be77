import TMSAPI
import TMSStore
import TestSupport
import Testing

@Suite struct StatementTests {
    @Test func laneReadsWithTheCacheItIsGiven() async throws {
        let test = try TestStore.inFile { $0.laneCacheKibibytes = 3000 }
        let size = try await test.read { transaction throws(APIError) in
            try transaction.first("PRAGMA cache_size", as: { $0.integer(0) })
        }
        #expect(size == -3000)
    }

    @Test(arguments: Backend.all) func parametersAreTakenByNumberNotByAppearance(on backend: Backend) async throws {
        let test = try TestStore(on: backend)
        let texts = try await test.read { transaction throws(APIError) in
            try transaction.first(
                "SELECT CAST($2 AS TEXT), CAST($1 AS TEXT), CAST($2 AS TEXT)", .text("one"), .text("two")
            ) {
                [$0.text(0), $0.text(1), $0.text(2)]
            }
        }
        #expect(texts == ["two", "one", "two"])
    }

    @Test(arguments: Backend.all) func wrongNumberOfValuesIsAnErrorAndNotANull(on backend: Backend) async throws {
        let test = try TestStore(on: backend)
        await #expect(throws: APIError(.internalError, "")) {
            try await test.read { transaction throws(APIError) in
                _ = try transaction.first("SELECT CAST($1 AS TEXT), CAST($2 AS TEXT)", .text("one")) { $0.text(0) }
            }
        }
    }

    @Test(arguments: Backend.all) func valuesComeBackAsTheyWentIn(on backend: Backend) async throws {
        let test = try TestStore(on: backend)
        let time = Timestamp(microseconds: 1_795_462_591_123_456)
        let isSame = try await test.read { transaction throws(APIError) in
            try transaction.first(
                """
                SELECT CAST($1 AS BIGINT), CAST($2 AS TEXT), CAST($3 AS BOOLEAN), CAST($4 AS TIMESTAMPTZ), CAST($5 AS TEXT)
                """, .integer(Int64.min), .text("a\u{1F511}'\"; --"), .flag(true), .time(time),
                .null
            ) { row in
                row.integer(0) == .min && row.text(1) == "a\u{1F511}'\"; --" && row.flag(2) && row.time(3) == time
                    && row.isNull(4)
            }
        }
        #expect(isSame == true)
    }

    @Test(arguments: Backend.all) func constraintsAreToldApart(on backend: Backend) async throws {
        let test = try TestStore(on: backend)
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

    @Test(arguments: Backend.all) func readersCannotWrite(on backend: Backend) async throws {
        let test = try TestStore(on: backend)
        await #expect(throws: APIError.self) {
            try await test.read { transaction throws(APIError) in
                try transaction.execute("DELETE FROM tenants")
            }
        }
    }

    @Test(arguments: Backend.all) func transactionHasOneTime(on backend: Backend) async throws {
        let test = try TestStore(on: backend) { $0.clock = { Timestamp(microseconds: 42) } }
        #expect(try await test.read { transaction throws(APIError) in transaction.now } == Timestamp(microseconds: 42))
    }
}
