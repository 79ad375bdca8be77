import TMSAPI
import TMSStore
import TestSupport
import Testing

@Suite struct HostAliasTableTests {
    @Test func hostsOfAnAliasAreFoundByIndexOnly() async throws {
        let test = try TestStore.inFile()
        try await test.fill()
        try await test.write { transaction throws(APIError) in
            for number in 1...20 {
                try transaction.insertKey(number)
                _ = try transaction.insertHostAlias(tenant: "t", alias: "alias\(number)", host: "h")
            }
            _ = try transaction.insertHostAlias(tenant: "t", alias: "elsewhere", host: "other")
        }
        let connection = try test.foreignConnection()
        let transaction = test.transaction(on: connection)
        func hosts(alias: String, key: Int, account: String = "a") throws -> [String] {
            try transaction.hosts(alias: alias, fingerprint: "SHA256:\(key)", account: account)
        }
        #expect(try hosts(alias: "alias7", key: 13) == ["h"])
        #expect(try hosts(alias: "elsewhere", key: 13) == [])
        #expect(try hosts(alias: "alias7", key: 21) == [])
        #expect(try hosts(alias: "alias7", key: 13, account: "root") == [])
        #expect(connection.rowsScanned == 0)
    }
}
