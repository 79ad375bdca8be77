package enum HostsAPI {
    package static let create = Endpoint<Nothing, CreateHost, HostCreated>(
        .post, "tms/hosts", access: .admin, success: .created, denied: "to add a new host mapping.",
        tenant: { _, body in body.tenant }, refusals: [.conflict], "Register an address for a host")

    package static let get = Endpoint<RowPath, Nothing, HostDetails>(
        .get, "tms/hosts/{id}", access: .admin,
        denied: "to view host mapping information for record #{id} in tenant {tenant}", refusals: [.notFound],
        "Show an address of a host")

    package static let list = Endpoint<ListHosts, Nothing, Page<HostDetails>>(
        .get, "tms/hosts/list", access: .admin, denied: "to list user host information in tenant {tenant}.",
        "List the tenant's hosts with their addresses")

    package static let delete = Endpoint<Nothing, HostKey, Deleted>(
        .delete, "tms/hosts/del", access: .admin,
        denied: "to delete host mapping {host} -> {addr} in tenant {tenant}.", tenant: { _, body in body.tenant },
        "Delete an address of a host")
}

package struct CreateHost: Message {
    package var tenant = ""
    package var host = Identifier()
    /// Where the host is, in words for people: an address, `129.114.*`, or a range in brackets.
    package var address = FreeText()

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("tenant", &tenant)
        try visitor.field("host", &host)
        try visitor.field("addr", &address)
    }
}

package struct HostCreated: Reply {
    package var tenant = ""
    package var host = ""
    package var address = ""

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("addr", &address)
        try visitor.field("host", &host)
        try visitor.field("tenant", &tenant)
    }
}

package struct HostDetails: Reply {
    package var id: Int32 = 0
    package var tenant = ""
    package var host = ""
    package var address = ""
    package var created = Timestamp.never
    package var updated = Timestamp.never

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("addr", &address)
        try visitor.field("created", &created)
        try visitor.field("host", &host)
        try visitor.field("id", &id)
        try visitor.field("tenant", &tenant)
        try visitor.field("updated", &updated)
    }
}

extension HostDetails: ListedRow {
    package static let countNames = ["num_mappings"]
    // The reference's name first: it calls the rows users.
    package static let listNames = ["users", "hosts"]
}

/// What names an address of a host.
package struct HostKey: Message {
    package var tenant = ""
    package var host = ""
    package var address = ""

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("tenant", &tenant)
        try visitor.field("host", &host)
        try visitor.field("addr", &address)
    }
}

/// Also of their aliases.
package struct ListHosts: Message {
    package var page = PageRequest()
    package var host: String?

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try page.fields(&visitor)
        try visitor.field("host", &host)
    }
}
