package import TMSAPI
package import TMSStore

/// Which accounts on which hosts are a user's.
package struct UserHostRules: Sendable {
    package func create(
        _ call: Call<Nothing, CreateUserHost>, _ transaction: Transaction
    ) throws(APIError) -> UserHostCreated {
        let body = call.body
        guard body.userID.isWildcard == body.account.isWildcard else { throw .halfWildcard }
        let userMFA = try transaction.parentUserMFA(of: body.userID, tenant: call.tenant)

        var created = UserHostCreated()
        created.userID = body.userID.text
        created.host = body.host.text
        created.account = body.account.text
        created.expiresAt = transaction.now.adding(timeToLiveMinutes: body.timeToLiveMinutes)
        let key = UserHostKey(
            tenant: call.tenant, userID: created.userID, host: created.host, account: created.account)
        guard try transaction.insertUserHost(key, expiresAt: created.expiresAt, userMFA: userMFA) else {
            throw .exists(
                "user host record for user \(key.userID)@\(key.tenant) with account \(key.account) on host \(key.host)")
        }
        return created
    }

    package func get(_ call: Call<RowPath, Nothing>, _ transaction: Transaction) throws(APIError) -> UserHostDetails {
        guard let userHost = try transaction.userHost(tenant: call.tenant, id: call.parameters.id) else {
            throw .notFound
        }
        return userHost
    }

    package func list(
        _ call: Call<ListUserHosts, Nothing>, _ transaction: Transaction
    ) throws(APIError) -> Page<UserHostDetails> {
        try transaction.userHosts(tenant: call.tenant, call.parameters)
    }

    package func update(
        _ call: Call<Nothing, Renewal<UserHostKey>>, _ transaction: Transaction
    ) throws(APIError) -> ExpiryUpdated {
        let key = call.body.key
        let expiresAt = try transaction.renewUserHost(key, timeToLiveMinutes: call.body.timeToLiveMinutes)
        return ExpiryUpdated(expiresAt, of: "tms_user_id \(key.userID)")
    }

    package func clearSome(_ call: Call<Nothing, UserHostKey>, _ transaction: Transaction) throws(APIError) -> Int {
        try transaction.clearSome(of: call.body)
    }

    package func delete(_ call: Call<Nothing, UserHostKey>, _ transaction: Transaction) throws(APIError) -> Deleted {
        let key = call.body
        let count = try transaction.deleteUserHost(key)
        return Deleted(
            count,
            count > 0
                ? "User host \(key.host) deleted for user \(key.userID) and account \(key.account)"
                : "Host \(key.host) NOT FOUND for user \(key.userID) - Nothing deleted")
    }
}

extension APIError {
    fileprivate static let halfWildcard = APIError(
        .unprocessable,
        "ERROR: user * and account * go together only: they link every user to the account of their own name on the "
            + "host; name both, or neither")
}
