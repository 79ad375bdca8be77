import TMSAPI
import TestSupport
import Testing

@testable import TMSStore

/// What tenants' administrators ask for costs by the rows it answers, not by the rows there are.
@Suite struct AdministrationTableTests {
    @Test func everyStatementReadsByIndex() async throws {
        let test = try TestStore.inFile()
        try await test.fill()
        for number in 1...20 { try await test.insertKey(number) }
        let connection = try test.foreignConnection()
        let transaction = test.transaction(on: connection)
        _ = try transaction.clients(tenant: "t", only: nil, ListClients())
        _ = try transaction.clients(tenant: "t", only: "c", ListClients())
        _ = try transaction.hasClient(tenant: "t", appName: "app", appVersion: "1.0")
        _ = try transaction.setClientSecret(tenant: "t", clientID: "c", hash: "01", oldExpiresAt: .now)
        _ = try transaction.tenants(only: nil, ListByState())
        _ = try transaction.admins(tenant: "t", ListAdmins())
        _ = try transaction.openApprovals(tenant: "t")
        _ = try transaction.approval(tenant: "t", hash: "00")
        try transaction.deleteExpiredApprovals(tenant: "t")
        _ = try transaction.expiredPubkeys(tenant: "t", before: .now, countMax: 10)
        _ = try transaction.expiredReservations(tenant: "t", before: .now, countMax: 10)
        _ = try transaction.deleteExpiredPubkeys(tenant: "t", before: .now, countMax: 10)
        _ = try transaction.deleteExpiredReservations(tenant: "t", before: .now, countMax: 10)
        _ = try transaction.contents(ofTenant: "t")
        _ = try transaction.deleteClient(tenant: "t", clientID: "c")
        _ = try transaction.wipeTenant("t", cleared: 0)
        #expect(connection.rowsScanned == 0)
    }

    /// A page begins where the last one ended, whatever was added or deleted in between.
    @Test(arguments: Backend.all) func pageOfClientsGoesOnFromItsKey(on backend: Backend) async throws {
        let test = try TestStore(on: backend)
        _ = try await test.write { transaction throws(APIError) in
            _ = try transaction.insertTenant("t")
            for id in ["b", "d", "f"] {
                try transaction.insertClient(
                    tenant: "t", clientID: id, appName: id, appVersion: "1", secretHash: "00")
            }
        }
        var list = ListClients()
        list.page.limit = PageLimit(2)
        let (first, listFirst) = (list, list)
        let page = try await test.read { transaction throws(APIError) in
            try transaction.clients(tenant: "t", only: nil, first)
        }
        #expect(page.rows.map(\.clientID) == ["b", "d"])
        var rest = listFirst
        rest.page.after = page.next
        let next = rest
        _ = try await test.write { transaction throws(APIError) in
            _ = try transaction.deleteClient(tenant: "t", clientID: "d")
            for id in ["a", "e"] {
                try transaction.insertClient(
                    tenant: "t", clientID: id, appName: id, appVersion: "1", secretHash: "00")
            }
        }
        let last = try await test.read { transaction throws(APIError) in
            try transaction.clients(tenant: "t", only: nil, next)
        }
        #expect(last.rows.map(\.clientID) == ["e", "f"])
        #expect(last.next == nil)
    }
}
