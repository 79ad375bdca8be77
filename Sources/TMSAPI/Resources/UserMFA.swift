package enum UserMFAAPI {
    package static let create = Endpoint<Nothing, CreateUserMFA, UserMFACreated>(
        .post, "tms/usermfa", access: .admin, success: .created,
        denied: "to add a user MFA record in tenant {tenant}.", tenant: { _, body in body.tenant },
        refusals: [.conflict], "Record that a user has passed multi-factor authentication")

    package static let get = Endpoint<UserPath, Nothing, UserMFADetails>(
        .get, "tms/usermfa/{tms_user_id}", access: .admin,
        denied: "to view mfa information for record #{tms_user_id} in tenant {tenant}", refusals: [.notFound],
        "Show a user's MFA record")

    package static let update = Endpoint<Nothing, UpdateUserMFA, Updated>(
        .patch, "tms/usermfa/upd", access: .admin, denied: "to update MFA for user {tms_user_id} in tenant {tenant}.",
        tenant: { _, body in body.tenant }, "Enable or disable a user's MFA record")

    package static let delete = Endpoint<UserPath, Nothing, Deleted>(
        .delete, "tms/usermfa/del/{tms_user_id}", access: .admin,
        denied: "to delete MFA for user {tms_user_id} in tenant {tenant}.",
        "Delete a user's MFA record with their host links, delegations, keys and reservations")

    package static let list = Endpoint<ListByState, Nothing, Page<UserMFADetails>>(
        .get, "tms/usermfa/list", access: .admin, denied: "to list user MFA information in tenant {tenant}.",
        "List the tenant's MFA records")
}

package struct CreateUserMFA: Message {
    package var tenant = ""
    package var userID = Identifier()
    /// Minutes the record is good for; negative means for ever.
    package var timeToLiveMinutes: Int32 = -1

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("tenant", &tenant)
        try visitor.field("tms_user_id", &userID)
        try visitor.field("ttl_minutes", &timeToLiveMinutes)
    }
}

package struct UserMFACreated: Reply {
    package var userID = ""
    package var isEnabled = true
    package var expiresAt = Timestamp.never

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("enabled", &isEnabled)
        try visitor.field("expires_at", &expiresAt)
        try visitor.field("tms_user_id", &userID)
    }
}

package struct UserPath: Message {
    package var userID = ""

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("tms_user_id", &userID)
    }
}

package struct UserMFADetails: Reply {
    package var id: Int32 = 0
    package var tenant = ""
    package var userID = ""
    package var expiresAt = Timestamp.never
    package var isEnabled = false
    package var created = Timestamp.never
    package var updated = Timestamp.never

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("created", &created)
        try visitor.field("enabled", &isEnabled)
        try visitor.field("expires_at", &expiresAt)
        try visitor.field("id", &id)
        try visitor.field("tenant", &tenant)
        try visitor.field("tms_user_id", &userID)
        try visitor.field("updated", &updated)
    }
}

extension UserMFADetails: ListedRow {
    package static let countNames = ["num_users"]
    package static let listNames = ["users"]
}

package struct UpdateUserMFA: Message {
    package var userID = ""
    package var tenant = ""
    package var enabled = false

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("tms_user_id", &userID)
        try visitor.field("tenant", &tenant)
        try visitor.field("enabled", &enabled)
    }
}
