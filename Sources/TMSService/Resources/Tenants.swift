package import TMSAPI
package import TMSStore

/// Tenants, each with administrators of its own. Those of the tenant `default` reach all of them.
package struct TenantRules: Sendable {
    package func create(
        _ call: Call<NewTenantPath, Nothing>, _ transaction: Transaction
    ) throws(APIError) -> TenantCreated {
        var answer = TenantCreated()
        answer.tenant = call.parameters.tenant.text
        answer.adminID = Installation.adminID
        guard try transaction.insertTenant(answer.tenant) else { throw .exists("tenant \(answer.tenant)") }
        answer.adminSecret = try transaction.makeAdmin(answer.adminID, in: answer.tenant)
        return answer
    }

    package func get(_ call: Call<TenantPath, Nothing>, _ transaction: Transaction) throws(APIError) -> TenantDetails {
        guard let tenant = try transaction.tenant(call.parameters.tenant) else { throw .notFound }
        return tenant
    }

    package func list(
        _ call: Call<ListByState, Nothing>, _ transaction: Transaction
    ) throws(APIError) -> Page<TenantDetails> {
        try transaction.tenants(only: call.principal.isPrivileged ? nil : call.tenant, call.parameters)
    }

    /// A disabled tenant's own administrators are refused like everybody in it; one of `default` enables it.
    package func update(_ call: Call<Nothing, UpdateTenant>, _ transaction: Transaction) throws(APIError) -> Updated {
        let change = call.body
        if !change.enabled { try requireUnprotected(change.tenant, to: "disabled") }
        // An update to what it is already counts as one, as it does with the reference.
        let exists = try transaction.tenant(change.tenant) != nil
        if exists { try transaction.setTenant(change.tenant, enabled: change.enabled) }
        let count = exists ? 1 : 0
        return Updated(
            count, "\(count) update(s) to tenant \(change.tenant) completed, enabled = \(change.enabled)")
    }

    package func delete(_ call: Call<TenantPath, Nothing>, _ transaction: Transaction) throws(APIError) -> Deleted {
        let tenant = call.parameters.tenant
        try requireUnprotected(tenant, to: "deleted")
        let contents = try transaction.contents(ofTenant: tenant)
        guard contents.isEmpty else {
            throw APIError(
                .conflict,
                "ERROR: tenant \(tenant) still has \(contents.joined(separator: ", ")); delete them first, or wipe it")
        }
        let count = try transaction.deleteTenant(tenant)
        return Deleted(count, count > 0 ? "Tenant \(tenant) deleted" : Self.notFound(tenant))
    }

    package func clearSome(_ call: Call<TenantPath, Nothing>, _ transaction: Transaction) throws(APIError) -> Int {
        try requireUnprotected(call.parameters.tenant, to: "wiped")
        return try transaction.clearSome(ofTenant: call.parameters.tenant)
    }

    /// - Parameter cleared: rows that have gone already.
    package func wipe(
        _ call: Call<TenantPath, Nothing>, cleared: Int, _ transaction: Transaction
    ) throws(APIError) -> Deleted {
        let tenant = call.parameters.tenant
        try requireUnprotected(tenant, to: "wiped")
        let count = try transaction.wipeTenant(tenant, cleared: cleared)
        return Deleted(count, count > 0 ? "Tenant \(tenant) and dependencies wiped" : Self.notFound(tenant))
    }

    /// Whoever could lock out the administrators of `default` could lock out everybody.
    /// - Throws: 409.
    private func requireUnprotected(_ tenant: String, to change: String) throws(APIError) {
        guard tenant == Principal.privilegedTenant else { return }
        throw APIError(
            .conflict,
            "ERROR: tenant \(tenant) is protected and cannot be \(change): its administrators manage the others")
    }

    private static func notFound(_ tenant: String) -> String { "Tenant \(tenant) NOT FOUND - Nothing deleted" }
}
