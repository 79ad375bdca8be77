internal import Primitives
package import TMSAPI
package import TMSStore

/// The administrators of a tenant. They are equals: each may add, remove and give a new secret to any of them.
package struct AdminRules: Sendable {
    package func create(_ call: Call<Nothing, CreateAdmin>, _ transaction: Transaction) throws(APIError) -> AdminSecret
    {
        var answer = AdminSecret()
        answer.tenant = call.body.tenant
        answer.adminID = call.body.adminID.text
        answer.secret = try transaction.makeAdmin(answer.adminID, in: answer.tenant)
        return answer
    }

    package func list(
        _ call: Call<ListAdmins, Nothing>, _ transaction: Transaction
    ) throws(APIError) -> Page<AdminDetails> {
        try transaction.admins(tenant: call.tenant, call.parameters)
    }

    package func rotateSecret(
        _ call: Call<AdminPath, Nothing>, _ transaction: Transaction
    ) throws(APIError) -> AdminSecret {
        var answer = AdminSecret()
        answer.tenant = call.tenant
        answer.adminID = call.parameters.adminID
        answer.secret = Secret.make()
        guard
            try transaction.setAdminSecret(
                tenant: answer.tenant, adminID: answer.adminID, hash: SecretHash(of: answer.secret).hexadecimal)
        else { throw .notFound }
        return answer
    }

    /// An administrator may remove itself, as long as another one is left.
    package func delete(_ call: Call<AdminPath, Nothing>, _ transaction: Transaction) throws(APIError) -> Deleted {
        let (tenant, adminID) = (call.tenant, call.parameters.adminID)
        let count = try transaction.deleteAdmin(tenant: tenant, adminID: adminID)
        if count > 0 { return Deleted(count, "Administrator \(adminID) deleted") }
        guard try transaction.adminSecretHash(tenant: tenant, adminID: adminID) == nil else {
            throw APIError(
                .conflict,
                "ERROR: \(adminID) is the only administrator of tenant \(tenant) and cannot be removed; add another first"
            )
        }
        return Deleted(0, "Administrator \(adminID) NOT FOUND - Nothing deleted")
    }
}

extension Transaction {
    /// - Returns: the new administrator's secret, which is known only now.
    /// - Throws: 409 when the tenant has an administrator of that id.
    func makeAdmin(_ adminID: String, in tenant: String) throws(APIError) -> SecretBytes {
        let secret = Secret.make()
        guard
            try insertAdmin(tenant: tenant, adminID: adminID, secretHash: SecretHash(of: secret).hexadecimal)
        else { throw .exists("administrator \(adminID) in tenant \(tenant)") }
        return secret
    }
}
