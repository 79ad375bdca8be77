package enum UserHostsAPI {
    package static let create = Endpoint<Nothing, CreateUserHost, UserHostCreated>(
        .post, "tms/userhosts", access: .admin, success: .created,
        denied: "to add a user host record in tenant {tenant}.", tenant: { _, body in body.tenant },
        refusals: [.conflict, .unprocessable],
        "Link a user to an account on a host; user * and account * link everybody to the account of their own name")

    package static let get = Endpoint<RowPath, Nothing, UserHostDetails>(
        .get, "tms/userhosts/{id}", access: .admin,
        denied: "to view host information for record #{id} in tenant {tenant}", refusals: [.notFound],
        "Show a user's link to an account on a host")

    package static let update = Endpoint<Nothing, Renewal<UserHostKey>, ExpiryUpdated>(
        .patch, "tms/userhosts/upd", access: .admin,
        denied: "to update host for user {tms_user_id} in tenant {tenant}.", tenant: { _, body in body.key.tenant },
        "Give a link of a user to a host a new expiry")

    package static let delete = Endpoint<Nothing, UserHostKey, Deleted>(
        .delete, "tms/userhosts/del", access: .admin,
        denied: "to delete host {host} for user {tms_user_id} in tenant {tenant}.", tenant: { _, body in body.tenant },
        "Delete a user's link to a host with the keys it allowed")

    package static let list = Endpoint<ListUserHosts, Nothing, Page<UserHostDetails>>(
        .get, "tms/userhosts/list", access: .admin, denied: "to list user host information in tenant {tenant}.",
        "List the tenant's links of users to accounts on hosts")
}

package struct CreateUserHost: Message {
    package var tenant = ""
    package var userID = IdentifierOrWildcard()
    package var host = Identifier()
    package var account = IdentifierOrWildcard()
    /// Minutes the link is good for; negative means for ever.
    package var timeToLiveMinutes: Int32 = -1

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("tenant", &tenant)
        try visitor.field("tms_user_id", &userID)
        try visitor.field("host", &host)
        try visitor.field("host_account", &account)
        try visitor.field("ttl_minutes", &timeToLiveMinutes)
    }
}

package struct UserHostCreated: Reply {
    package var userID = ""
    package var host = ""
    package var account = ""
    package var expiresAt = Timestamp.never

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("expires_at", &expiresAt)
        try visitor.field("host", &host)
        try visitor.field("host_account", &account)
        try visitor.field("tms_user_id", &userID)
    }
}

package struct UserHostDetails: Reply {
    package var id: Int32 = 0
    package var tenant = ""
    package var userID = ""
    package var host = ""
    package var account = ""
    package var expiresAt = Timestamp.never
    package var created = Timestamp.never
    package var updated = Timestamp.never

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("created", &created)
        try visitor.field("expires_at", &expiresAt)
        try visitor.field("host", &host)
        try visitor.field("host_account", &account)
        try visitor.field("id", &id)
        try visitor.field("tenant", &tenant)
        try visitor.field("tms_user_id", &userID)
        try visitor.field("updated", &updated)
    }
}

extension UserHostDetails: ListedRow {
    // The reference's names first: it counts the rows as users.
    package static let countNames = ["num_users", "num_user_hosts"]
    package static let listNames = ["users", "user_hosts"]
}

/// What names a link of a user to a host.
package struct UserHostKey: Message {
    package var userID = ""
    package var tenant = ""
    package var host = ""
    package var account = ""

    package init() {}

    package init(tenant: String, userID: String, host: String, account: String) {
        self.userID = userID
        self.tenant = tenant
        self.host = host
        self.account = account
    }

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("tms_user_id", &userID)
        try visitor.field("tenant", &tenant)
        try visitor.field("host", &host)
        try visitor.field("host_account", &account)
    }
}

package struct ListUserHosts: Message {
    package var page = PageRequest()
    package var userID: String?
    package var host: String?
    package var account: String?

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try page.fields(&visitor)
        try visitor.field("tms_user_id", &userID)
        try visitor.field("host", &host)
        try visitor.field("host_account", &account)
    }
}
