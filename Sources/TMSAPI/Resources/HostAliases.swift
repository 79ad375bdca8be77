/// Other names of hosts. Clients name a host in full, its `tms-keycmd` may know a short name: a login that asks by an alias
/// finds the keys of the host.
package enum HostAliasesAPI {
    package static let create = Endpoint<Nothing, CreateHostAlias, HostAliasCreated>(
        .post, "tms/hosts/aliases", access: .admin, success: .created,
        denied: "to add an alias of host {host} in tenant {tenant}.", tenant: { _, body in body.tenant },
        refusals: [.conflict], "Give a host another name, under which logins find its keys")

    package static let list = Endpoint<ListHosts, Nothing, Page<HostAliasDetails>>(
        .get, "tms/hosts/aliases/list", access: .admin, denied: "to list host aliases in tenant {tenant}.",
        "List the other names of the tenant's hosts")

    package static let delete = Endpoint<Nothing, HostAliasKey, Deleted>(
        .delete, "tms/hosts/aliases/del", access: .admin, denied: "to delete host alias {alias} in tenant {tenant}.",
        tenant: { _, body in body.tenant }, "Take a name from a host")
}

package struct CreateHostAlias: Message {
    package var tenant = ""
    package var alias = Identifier()
    package var host = Identifier()

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("tenant", &tenant)
        try visitor.field("alias", &alias)
        try visitor.field("host", &host)
    }
}

package struct HostAliasCreated: Reply {
    package var tenant = ""
    package var alias = ""
    package var host = ""

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("alias", &alias)
        try visitor.field("host", &host)
        try visitor.field("tenant", &tenant)
    }
}

package struct HostAliasDetails: ListedRow {
    package static let countNames = ["num_aliases"]
    package static let listNames = ["aliases"]

    package var id: Int32 = 0
    package var tenant = ""
    package var alias = ""
    package var host = ""
    package var created = Timestamp.never

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("alias", &alias)
        try visitor.field("created", &created)
        try visitor.field("host", &host)
        try visitor.field("id", &id)
        try visitor.field("tenant", &tenant)
    }
}

/// What names an alias: within a tenant it belongs to one host.
package struct HostAliasKey: Message {
    package var tenant = ""
    package var alias = ""

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("tenant", &tenant)
        try visitor.field("alias", &alias)
    }
}
