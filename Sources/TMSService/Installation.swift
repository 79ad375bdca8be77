package import Primitives
package import TMSAPI
package import TMSStore

/// What a new database holds: the tenants `default` and `test`, an administrator in each, and test data (contract 5.5).
package enum Installation {
    package static let adminID = "~~admin"
    package static let defaultTenant = Principal.privilegedTenant
    package static let testTenant = "test"

    /// An administrator whose secret is known only now.
    package struct NewAdmin: Sendable {
        package let tenant: String
        package let adminID: String
        package let secret: SecretBytes
    }

    /// - Parameter keep: told of the administrators before they are committed, each time that is tried. When it throws, none is
    ///   made.
    /// - Returns: the administrators it made; none when the tenants were there.
    package static func fill(
        _ store: Store, as caller: Caller,
        keep: @escaping @Sendable ([NewAdmin]) throws(APIError) -> Void = { _ in }
    ) throws(APIError) -> [NewAdmin] {
        try store.writeAndWait(as: caller) { transaction throws(APIError) in
            var admins: [NewAdmin] = []
            for tenant in [defaultTenant, testTenant] where try transaction.insertTenant(tenant) {
                let secret = try transaction.makeAdmin(adminID, in: tenant)
                admins.append(NewAdmin(tenant: tenant, adminID: adminID, secret: secret))
            }
            if admins.contains(where: { $0.tenant == testTenant }) { try transaction.insertTestData() }
            if !admins.isEmpty { try keep(admins) }
            return admins
        }
    }

    /// Whether a tenant is still to be made.
    package static func isMissing(in store: Store, as caller: Caller) throws(APIError) -> Bool {
        try store.writeAndWait(as: caller) { transaction throws(APIError) in
            for tenant in [defaultTenant, testTenant] where try transaction.tenant(tenant) == nil { return true }
            return false
        }
    }

    /// Opens or closes the tenant `test`, as the configuration says, at every start (contract 5.7).
    package static func setTestTenant(enabled: Bool, in store: Store, as caller: Caller) throws(APIError) {
        _ = try store.writeAndWait(as: caller) { transaction throws(APIError) in
            try transaction.setTenant(testTenant, enabled: enabled)
        }
    }
}

extension Transaction {
    fileprivate func insertTestData() throws(APIError) {
        let (tenant, client, user) = (Installation.testTenant, "testclient1", "testuser1")
        try insertClient(
            tenant: tenant, clientID: client, appName: "testapp1", appVersion: "1.0",
            secretHash: SecretHash(of: "secret1").hexadecimal)
        guard let mfa = try insertUserMFA(tenant: tenant, userID: user, expiresAt: .never) else { return }
        try insertUserHost(
            UserHostKey(tenant: tenant, userID: user, host: "testhost1", account: "testhostaccount1"),
            expiresAt: .never, userMFA: mfa)
        try insertDelegation(
            DelegationKey(tenant: tenant, clientID: client, userID: user), expiresAt: .never, userMFA: mfa)
    }
}
