package enum ClientsAPI {
    package static let get = Endpoint<ClientPath, Nothing, ClientDetails>(
        .get, "tms/client/{client_id}", access: .clientOrAdmin,
        denied: "to view client {client_id} in tenant {tenant}.", owner: \.clientID, "Show a client")
}

package struct ClientPath: Message {
    package var clientID = ""

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("client_id", &clientID)
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
