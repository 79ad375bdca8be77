package import TMSAPI
package import TMSStore

/// Keys that exist: a client sees and changes its own, an administrator all of the tenant.
extension PubkeyRules {
    package func get(
        _ call: Call<PubkeyPath, Nothing>, _ transaction: Transaction
    ) throws(APIError) -> PubkeyDetails {
        let key = try transaction.pubkey(
            tenant: call.tenant, id: call.parameters.number, clientID: call.principal.onlyClientID)
        guard let key else { throw .notFound }
        return key
    }

    package func list(
        _ call: Call<ListPubkeys, Nothing>, _ transaction: Transaction
    ) throws(APIError) -> Page<PubkeyDetails> {
        var list = call.parameters
        guard call.principal.narrow(&list.clientID) else { return Page() }
        return try transaction.pubkeys(tenant: call.tenant, list)
    }

    package func update(
        _ call: Call<Nothing, UpdatePubkey>, _ transaction: Transaction
    ) throws(APIError) -> Updated {
        let body = call.body
        let count = (body.usesMax == nil ? 0 : 1) + (body.timeToLiveMinutes == nil ? 0 : 1)
        guard count > 0 else { return .nothing }
        guard let key = try transaction.pubkey(body.key) else { throw .notFound }
        try transaction.updatePubkey(
            key, usesMax: body.usesMax.map { $0.number < 0 ? .max : $0.number },
            expiresAt: body.timeToLiveMinutes.map { transaction.now.adding(timeToLiveMinutes: $0.number) })
        return Updated(count, "\(count) update(s) to client \(key.clientID) completed")
    }

    package func clearSome(_ call: Call<Nothing, PubkeyKey>, _ transaction: Transaction) throws(APIError) -> Int {
        try transaction.clearSome(of: call.body)
    }

    package func delete(_ call: Call<Nothing, PubkeyKey>, _ transaction: Transaction) throws(APIError) -> Deleted {
        let key = call.body
        let count = try transaction.deletePubkey(key)
        return Deleted(
            count,
            count > 0
                ? "Pubkey \(key.fingerprint) for host \(key.host) deleted"
                : "Pubkey \(key.fingerprint) NOT FOUND for host \(key.host) and client \(key.clientID) - Nothing deleted"
        )
    }
}
