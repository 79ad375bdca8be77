package import TMSAPI
package import TMSStore

/// Other names of the tenant's hosts, under which logins find the hosts' keys.
package struct HostAliasRules: Sendable {
    package func create(
        _ call: Call<Nothing, CreateHostAlias>, _ transaction: Transaction
    ) throws(APIError) -> HostAliasCreated {
        var created = HostAliasCreated()
        created.tenant = call.tenant
        created.alias = call.body.alias.text
        created.host = call.body.host.text
        guard created.alias != created.host else {
            throw APIError(.badRequest, "ERROR: 'alias' must differ from 'host': a host needs no alias of its own name")
        }
        guard
            try transaction.insertHostAlias(tenant: created.tenant, alias: created.alias, host: created.host)
        else { throw .exists("host alias \(created.alias) in tenant \(created.tenant)") }
        return created
    }

    package func list(
        _ call: Call<ListHosts, Nothing>, _ transaction: Transaction
    ) throws(APIError) -> Page<HostAliasDetails> {
        try transaction.hostAliases(tenant: call.tenant, call.parameters)
    }

    package func delete(_ call: Call<Nothing, HostAliasKey>, _ transaction: Transaction) throws(APIError) -> Deleted {
        let key = call.body
        let count = try transaction.deleteHostAlias(key)
        return Deleted(
            count,
            count > 0
                ? "Host alias \(key.alias) deleted in tenant \(key.tenant)"
                : "Host alias \(key.alias) NOT FOUND for tenant \(key.tenant) - Nothing deleted")
    }
}
