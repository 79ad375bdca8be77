package import TMSAPI
package import TMSStore

/// Which clients may act for which users.
package struct DelegationRules: Sendable {
    package func create(
        _ call: Call<Nothing, CreateDelegation>, _ transaction: Transaction
    ) throws(APIError) -> DelegationCreated {
        let body = call.body
        guard try transaction.client(tenant: call.tenant, clientID: body.clientID) != nil else {
            throw .missingParent("client \(body.clientID) in tenant \(call.tenant)")
        }
        let userMFA = try transaction.parentUserMFA(of: body.userID, tenant: call.tenant)

        var created = DelegationCreated()
        created.clientID = body.clientID
        created.userID = body.userID.text
        created.expiresAt = transaction.now.adding(timeToLiveMinutes: body.timeToLiveMinutes)
        let key = DelegationKey(tenant: call.tenant, clientID: created.clientID, userID: created.userID)
        guard try transaction.insertDelegation(key, expiresAt: created.expiresAt, userMFA: userMFA) else {
            throw .exists("delegation of user \(key.userID) to client \(key.clientID) in tenant \(key.tenant)")
        }
        return created
    }

    package func get(
        _ call: Call<RowPath, Nothing>, _ transaction: Transaction
    ) throws(APIError) -> DelegationDetails {
        guard let delegation = try transaction.delegation(tenant: call.tenant, id: call.parameters.id) else {
            throw .notFound
        }
        return delegation
    }

    package func list(
        _ call: Call<ListDelegations, Nothing>, _ transaction: Transaction
    ) throws(APIError) -> Page<DelegationDetails> {
        try transaction.delegations(tenant: call.tenant, call.parameters)
    }

    package func update(
        _ call: Call<Nothing, Renewal<DelegationKey>>, _ transaction: Transaction
    ) throws(APIError) -> ExpiryUpdated {
        let key = call.body.key
        let expiresAt = try transaction.renewDelegation(key, timeToLiveMinutes: call.body.timeToLiveMinutes)
        return ExpiryUpdated(expiresAt, of: "user \(key.userID) and client \(key.clientID)")
    }

    package func clearSome(_ call: Call<Nothing, DelegationKey>, _ transaction: Transaction) throws(APIError) -> Int {
        try transaction.clearSome(of: call.body)
    }

    package func delete(_ call: Call<Nothing, DelegationKey>, _ transaction: Transaction) throws(APIError) -> Deleted {
        let key = call.body
        let count = try transaction.deleteDelegation(key)
        return Deleted(
            count,
            count > 0
                ? "User delegation deleted for user \(key.userID) and client \(key.clientID)"
                : "Delegation to client \(key.clientID) NOT FOUND for user \(key.userID) - Nothing deleted")
    }
}
