import TMSAPI
import TMSStore
import TestSupport
import Testing

@Suite struct GrantTableTests {
    /// A user's own grant and a wildcard, with expiries in that order.
    struct Rivals: Sendable, CustomTestStringConvertible {
        let own: Int64
        let wildcard: Int64
        let best: Int64
        var testDescription: String { "own until \(own), wildcard until \(wildcard)" }
    }

    @Test(
        arguments: [
            Rivals(own: 1, wildcard: 2, best: 2), Rivals(own: 2, wildcard: 1, best: 1),
            Rivals(own: 2, wildcard: 2, best: 1),
        ], Backend.all)
    func grantThatLastsLongestIsTakenAndTheUsersOwnIfNoneDoes(rivals: Rivals, on backend: Backend) async throws {
        let test = try TestStore(on: backend)
        try await test.write { transaction throws(APIError) in
            _ = try transaction.insertTenant("t")
            try transaction.insertClient(
                tenant: "t", clientID: "c", appName: "app", appVersion: "1.0", secretHash: "00")
            let mfa = try transaction.insertUserMFA(tenant: "t", userID: "u", expiresAt: .never)
            for (user, expiry, mfa) in [("u", rivals.own, mfa), ("*", rivals.wildcard, nil)] {
                let expiresAt = Timestamp(microseconds: expiry)
                try transaction.insertUserHost(
                    UserHostKey(tenant: "t", userID: user, host: "h", account: user), expiresAt: expiresAt,
                    userMFA: mfa)
                try transaction.insertDelegation(
                    DelegationKey(tenant: "t", clientID: "c", userID: user), expiresAt: expiresAt, userMFA: mfa)
            }
        }
        let (userHost, delegation, rows) = try await test.read { transaction throws(APIError) in
            (
                try transaction.userHost(tenant: "t", userID: "u", host: "h", account: "u"),
                try transaction.delegation(tenant: "t", clientID: "c", userID: "u"),
                try transaction.dependencyRows(
                    tenant: "t", clientID: "c", userID: "u", host: "h", account: "u")
            )
        }
        // Ids count from 1, the user's own grant was first.
        #expect(userHost?.id == rivals.best)
        #expect(delegation?.id == rivals.best)
        #expect(rows.userMFA?.id == 1)
        #expect(rows.userHost?.id == rivals.best)
        #expect(rows.delegation?.id == rivals.best)
    }

    @Test func pagesAreReadByIndexOnly() async throws {
        let test = try TestStore.inFile()
        try await test.fill()
        try await test.write { transaction throws(APIError) in
            for number in 1...50 {
                let user = "u\(number)"
                let mfa = try transaction.insertUserMFA(tenant: "t", userID: user, expiresAt: .never)
                try transaction.insertUserHost(
                    UserHostKey(tenant: "t", userID: user, host: "h", account: user), expiresAt: .never, userMFA: mfa)
                try transaction.insertDelegation(
                    DelegationKey(tenant: "t", clientID: "c", userID: user), expiresAt: .never, userMFA: mfa)
                _ = try transaction.insertHostAlias(tenant: "t", alias: user, host: "h")
            }
        }
        let connection = try test.foreignConnection()
        let transaction = test.transaction(on: connection)
        func expectTwoPages<Row>(
            _ list: (PageRequest) throws -> Page<Row>, sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            var page = PageRequest()
            page.limit = PageLimit(10)
            let first = try list(page)
            page.after = first.next
            let second = try list(page)
            #expect(first.rows.count == 10 && second.rows.count == 10, sourceLocation: sourceLocation)
            #expect(connection.rowsScanned == 0, sourceLocation: sourceLocation)
        }
        try expectTwoPages { page in
            var list = ListByState()
            list.page = page
            return try transaction.userMFARecords(tenant: "t", list)
        }
        try expectTwoPages { page in
            var list = ListUserHosts()
            list.page = page
            return try transaction.userHosts(tenant: "t", list)
        }
        try expectTwoPages { page in
            var list = ListDelegations()
            list.page = page
            return try transaction.delegations(tenant: "t", list)
        }
        try expectTwoPages { page in
            var list = ListHosts()
            list.page = page
            return try transaction.hostAliases(tenant: "t", list)
        }
    }
}
