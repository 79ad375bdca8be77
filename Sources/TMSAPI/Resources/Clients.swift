package import Primitives

package enum ClientsAPI {
    package static let create = Endpoint<Nothing, CreateClient, ClientCreated>(
        .post, "tms/client", access: .registration, success: .created, denied: "to add a client in tenant {tenant}.",
        tenant: { _, body in body.tenant }, refusals: [.conflict],
        "Register a client application; its secret is answered once")

    package static let get = Endpoint<ClientPath, Nothing, ClientDetails>(
        .get, "tms/client/{client_id}", access: .clientOrAdmin,
        denied: "to view client {client_id} in tenant {tenant}.", owner: { path, _ in path.clientID },
        refusals: [.notFound], "Show a client")

    package static let update = Endpoint<UpdateClient, Nothing, Updated>(
        .patch, "tms/client/upd/{client_id}", access: .clientOrAdmin,
        denied: "to update client {client_id} in tenant {tenant}.", owner: { path, _ in path.clientID },
        reserved: { change, _ in change.enabled == nil ? nil : "enable or disable a client" },
        refusals: [.conflict], "Change a client's version; an administrator may also enable or disable it")

    package static let delete = Endpoint<ClientPath, Nothing, Deleted>(
        .delete, "tms/client/del/{client_id}", access: .clientOrAdmin,
        denied: "to delete client {client_id} in tenant {tenant}.", owner: { path, _ in path.clientID },
        "Delete a client with its delegations, keys and reservations")

    package static let rotateSecret = Endpoint<RotateClientSecret, Nothing, ClientSecret>(
        .patch, "tms/client/secret/{client_id}", access: .clientOrAdmin,
        denied: "to update client {client_id} in tenant {tenant}.", owner: { path, _ in path.clientID },
        refusals: [.notFound], "Give a client a new secret; the old one can stay good for some minutes")

    package static let list = Endpoint<ListClients, Nothing, Page<ClientDetails>>(
        .get, "tms/client/list", access: .clientOrAdmin, denied: "to list clients in tenant {tenant}.",
        "List the tenant's clients; a client sees itself only")
}

package struct CreateClient: Message {
    package var clientID = Identifier()
    package var tenant = ""
    package var appName = FreeText()
    package var appVersion = VersionRequirement()
    /// A one-time password from ``ApprovalsAPI``, where `new_clients` is `on_approval`. Ours, not the reference's.
    package var approval: SecretBytes?

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("client_id", &clientID)
        try visitor.field("tenant", &tenant)
        try visitor.field("app_name", &appName)
        try visitor.field("app_version", &appVersion)
        try visitor.field("approval", &approval)
    }
}

package struct ClientCreated: Reply {
    package var clientID = ""
    package var secret = SecretBytes("")

    package init() {}

    package init(_ clientID: String, secret: SecretBytes) {
        self.clientID = clientID
        self.secret = secret
    }

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("client_id", &clientID)
        try visitor.field("client_secret", &secret)
    }
}

package struct ClientPath: Message {
    package var clientID = ""

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("client_id", &clientID)
    }
}

package struct UpdateClient: Message {
    package var clientID = ""
    package var appVersion: VersionRequirement?
    package var enabled: Bool?

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("client_id", &clientID)
        try visitor.field("app_version", &appVersion)
        try visitor.field("enabled", &enabled)
    }
}

package struct RotateClientSecret: Message {
    /// Minutes for which the old secret stays good beside the new one.
    package enum Overlap: IntegerBounds {
        /// A week.
        package static let range: ClosedRange<Int32> = 0...10_080
    }

    package var clientID = ""
    /// Absent: the old secret ends at once, as with the reference.
    package var overlapMinutes: Bounded<Overlap>?

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("client_id", &clientID)
        try visitor.field("overlap_minutes", &overlapMinutes)
    }
}

package struct ClientSecret: Reply {
    package var clientID = ""
    package var tenant = ""
    package var secret = SecretBytes("")
    /// When the old secret ends; nil when it has ended.
    package var oldSecretExpiresAt: Timestamp?
    package var resultMessage: String { "Secret updated for client \(clientID)" }

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("client_id", &clientID)
        try visitor.field("client_secret", &secret)
        try visitor.field("old_secret_expires_at", &oldSecretExpiresAt)
        try visitor.field("tenant", &tenant)
    }
}

package struct ClientDetails: Reply {
    package var id: Int32 = 0
    package var tenant = ""
    package var appName = ""
    package var appVersion = ""
    package var clientID = ""
    package var isEnabled = false
    package var created = Timestamp.never
    package var updated = Timestamp.never

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("app_name", &appName)
        try visitor.field("app_version", &appVersion)
        try visitor.field("client_id", &clientID)
        try visitor.field("created", &created)
        try visitor.field("enabled", &isEnabled)
        try visitor.field("id", &id)
        try visitor.field("tenant", &tenant)
        try visitor.field("updated", &updated)
    }
}

extension ClientDetails: ListedRow {
    package static let countNames = ["num_clients"]
    package static let listNames = ["clients"]
}

package struct ListClients: Message {
    package var page = PageRequest()
    package var enabled: Bool?
    package var appName: String?

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try page.fields(&visitor)
        try visitor.field("enabled", &enabled)
        try visitor.field("app_name", &appName)
    }
}
