package import Primitives

package enum AdminsAPI {
    package static let create = Endpoint<Nothing, CreateAdmin, AdminSecret>(
        .post, "tms/admins", access: .admin, success: .created, denied: "to add an administrator in tenant {tenant}.",
        tenant: { _, body in body.tenant }, refusals: [.conflict],
        "Make another administrator of the tenant; the secret is answered once")

    package static let list = Endpoint<ListAdmins, Nothing, Page<AdminDetails>>(
        .get, "tms/admins/list", access: .admin, denied: "to list administrators in tenant {tenant}.",
        "List the tenant's administrators")

    package static let rotateSecret = Endpoint<AdminPath, Nothing, AdminSecret>(
        .patch, "tms/admins/secret/{admin_id}", access: .admin,
        denied: "to update administrator {admin_id} in tenant {tenant}.", refusals: [.notFound],
        "Give an administrator a new secret; the old one ends at once")

    package static let delete = Endpoint<AdminPath, Nothing, Deleted>(
        .delete, "tms/admins/del/{admin_id}", access: .admin,
        denied: "to delete administrator {admin_id} in tenant {tenant}.", refusals: [.conflict],
        "Remove an administrator, but never the tenant's last one")
}

package struct CreateAdmin: Message {
    package var tenant = ""
    package var adminID = Identifier()

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("tenant", &tenant)
        try visitor.field("admin_id", &adminID)
    }
}

package struct AdminSecret: Reply {
    package var tenant = ""
    package var adminID = ""
    package var secret = SecretBytes("")

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("admin_id", &adminID)
        try visitor.field("admin_secret", &secret)
        try visitor.field("tenant", &tenant)
    }
}

package struct AdminPath: Message {
    package var adminID = ""

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("admin_id", &adminID)
    }
}

package struct AdminDetails: ListedRow {
    package static let countNames = ["num_admins"]
    package static let listNames = ["admins"]

    package var id: Int32 = 0
    package var tenant = ""
    package var adminID = ""
    package var privilege = ""
    package var created = Timestamp.never
    package var updated = Timestamp.never

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("admin_id", &adminID)
        try visitor.field("created", &created)
        try visitor.field("id", &id)
        try visitor.field("privilege", &privilege)
        try visitor.field("tenant", &tenant)
        try visitor.field("updated", &updated)
    }
}

package struct ListAdmins: Message {
    package var page = PageRequest()

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try page.fields(&visitor)
    }
}
