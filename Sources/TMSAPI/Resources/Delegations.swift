package enum DelegationsAPI {
    package static let create = Endpoint<Nothing, CreateDelegation, DelegationCreated>(
        .post, "tms/delegations", access: .admin, success: .created,
        denied: "to add a client delegation record in tenant {tenant}.", tenant: { _, body in body.tenant },
        refusals: [.conflict, .unprocessable],
        "Let a client act for a user; user * stands for every user of the tenant")

    package static let get = Endpoint<RowPath, Nothing, DelegationDetails>(
        .get, "tms/delegations/{id}", access: .admin,
        denied: "to view client delegation information for record #{id} in tenant {tenant}", refusals: [.notFound],
        "Show a delegation")

    package static let update = Endpoint<Nothing, Renewal<DelegationKey>, ExpiryUpdated>(
        .patch, "tms/delegations/upd", access: .admin,
        denied: "to update delegation for client {client_id} and user {client_user_id} in tenant {tenant}.",
        tenant: { _, body in body.key.tenant }, "Give a delegation a new expiry")

    package static let delete = Endpoint<Nothing, DelegationKey, Deleted>(
        .delete, "tms/delegations/del", access: .admin,
        denied: "to delete delegation for user {client_user_id} to client {client_id} in tenant {tenant}.",
        tenant: { _, body in body.tenant }, "End a delegation, and delete the keys it allowed")

    package static let list = Endpoint<ListDelegations, Nothing, Page<DelegationDetails>>(
        .get, "tms/delegations/list", access: .admin, denied: "to list delegations in tenant {tenant}.",
        "List the tenant's delegations")
}

package struct CreateDelegation: Message {
    package var tenant = ""
    package var clientID = ""
    package var userID = IdentifierOrWildcard()
    /// Minutes the delegation is good for; negative means for ever.
    package var timeToLiveMinutes: Int32 = -1

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("tenant", &tenant)
        try visitor.field("client_id", &clientID)
        try visitor.field("client_user_id", &userID)
        try visitor.field("ttl_minutes", &timeToLiveMinutes)
    }
}

package struct DelegationCreated: Reply {
    package var clientID = ""
    package var userID = ""
    package var expiresAt = Timestamp.never

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("client_id", &clientID)
        try visitor.field("client_user_id", &userID)
        try visitor.field("expires_at", &expiresAt)
    }
}

package struct DelegationDetails: Reply {
    package var id: Int32 = 0
    package var tenant = ""
    package var clientID = ""
    package var userID = ""
    package var expiresAt = Timestamp.never
    package var created = Timestamp.never
    package var updated = Timestamp.never

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("client_id", &clientID)
        try visitor.field("client_user_id", &userID)
        try visitor.field("created", &created)
        try visitor.field("expires_at", &expiresAt)
        try visitor.field("id", &id)
        try visitor.field("tenant", &tenant)
        try visitor.field("updated", &updated)
    }
}

extension DelegationDetails: ListedRow {
    // The reference's names first: it calls the rows users.
    package static let countNames = ["num_users", "num_delegations"]
    package static let listNames = ["users", "delegations"]
}

/// What names a delegation.
package struct DelegationKey: Message {
    package var clientID = ""
    package var userID = ""
    package var tenant = ""

    package init() {}

    package init(tenant: String, clientID: String, userID: String) {
        self.clientID = clientID
        self.userID = userID
        self.tenant = tenant
    }

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("client_id", &clientID)
        try visitor.field("client_user_id", &userID)
        try visitor.field("tenant", &tenant)
    }
}

package struct ListDelegations: Message {
    package var page = PageRequest()
    package var clientID: String?
    package var userID: String?

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try page.fields(&visitor)
        try visitor.field("client_id", &clientID)
        try visitor.field("client_user_id", &userID)
    }
}
