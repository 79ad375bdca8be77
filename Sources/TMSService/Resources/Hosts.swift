package import TMSAPI
package import TMSStore

/// The tenant's address book of hosts. Nothing else depends on it.
package struct HostRules: Sendable {
    package func create(
        _ call: Call<Nothing, CreateHost>, _ transaction: Transaction
    ) throws(APIError) -> HostCreated {
        var created = HostCreated()
        created.tenant = call.body.tenant
        created.host = call.body.host.text
        created.address = call.body.address.text
        guard
            try transaction.insertHost(tenant: created.tenant, host: created.host, address: created.address)
        else { throw .exists("host \(created.host) with address \(created.address) in tenant \(created.tenant)") }
        return created
    }

    package func get(_ call: Call<RowPath, Nothing>, _ transaction: Transaction) throws(APIError) -> HostDetails {
        guard let host = try transaction.host(tenant: call.tenant, id: call.parameters.id) else { throw .notFound }
        return host
    }

    package func list(
        _ call: Call<ListHosts, Nothing>, _ transaction: Transaction
    ) throws(APIError) -> Page<HostDetails> {
        try transaction.hosts(tenant: call.tenant, call.parameters)
    }

    package func delete(_ call: Call<Nothing, HostKey>, _ transaction: Transaction) throws(APIError) -> Deleted {
        let (host, mapping) = (call.body, "\(call.body.host) -> \(call.body.address)")
        let count = try transaction.deleteHost(host)
        return Deleted(
            count,
            count > 0
                ? "Host \(mapping) deleted in tenant \(host.tenant)"
                : "Host mapping \(mapping) NOT FOUND for tenant \(host.tenant) - Nothing deleted")
    }
}
