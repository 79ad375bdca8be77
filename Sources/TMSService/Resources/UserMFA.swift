package import TMSAPI
package import TMSStore

/// Who has passed multi-factor authentication, and until when that counts.
package struct UserMFARules: Sendable {
    package func create(
        _ call: Call<Nothing, CreateUserMFA>, _ transaction: Transaction
    ) throws(APIError) -> UserMFACreated {
        var created = UserMFACreated()
        created.userID = call.body.userID.text
        created.expiresAt = transaction.now.adding(timeToLiveMinutes: call.body.timeToLiveMinutes)
        let id = try transaction.insertUserMFA(
            tenant: call.tenant, userID: created.userID, expiresAt: created.expiresAt)
        guard id != nil else { throw .exists("user MFA record for user \(created.userID) in tenant \(call.tenant)") }
        return created
    }

    package func get(_ call: Call<UserPath, Nothing>, _ transaction: Transaction) throws(APIError) -> UserMFADetails {
        guard let record = try transaction.userMFADetails(tenant: call.tenant, userID: call.parameters.userID) else {
            throw .notFound
        }
        return record
    }

    package func list(
        _ call: Call<ListByState, Nothing>, _ transaction: Transaction
    ) throws(APIError) -> Page<UserMFADetails> {
        try transaction.userMFARecords(tenant: call.tenant, call.parameters)
    }

    package func update(_ call: Call<Nothing, UpdateUserMFA>, _ transaction: Transaction) throws(APIError) -> Updated {
        let (userID, isEnabled) = (call.body.userID, call.body.enabled)
        let count = try transaction.setUserMFA(tenant: call.tenant, userID: userID, enabled: isEnabled)
        return Updated(count, "\(count) update(s) to tms_user_id \(userID) completed, enabled = \(isEnabled)")
    }

    package func clearSome(_ call: Call<UserPath, Nothing>, _ transaction: Transaction) throws(APIError) -> Int {
        try transaction.clearSome(ofUser: call.parameters.userID, tenant: call.tenant)
    }

    package func delete(_ call: Call<UserPath, Nothing>, _ transaction: Transaction) throws(APIError) -> Deleted {
        let userID = call.parameters.userID
        let count = try transaction.deleteUserMFA(tenant: call.tenant, userID: userID)
        return Deleted(
            count, count > 0 ? "MFA user \(userID) deleted" : "MFA user \(userID) NOT FOUND - Nothing deleted")
    }
}
