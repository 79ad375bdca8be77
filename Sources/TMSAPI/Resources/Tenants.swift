package import Primitives

package enum TenantsAPI {
    package static let create = Endpoint<NewTenantPath, Nothing, TenantCreated>(
        .post, "tms/tenants/{tenant}", access: .defaultAdmin, success: .created, denied: "to add a new tenant.",
        refusals: [.conflict], "Make a tenant with an administrator, whose secret is answered once")

    package static let get = Endpoint<TenantPath, Nothing, TenantDetails>(
        .get, "tms/tenants/{tenant}", access: .clientOrAdminOfAny, denied: "to view tenant {tenant}.",
        tenant: { path, _ in path.tenant }, refusals: [.notFound], "Show a tenant")

    package static let list = Endpoint<ListByState, Nothing, Page<TenantDetails>>(
        .get, "tms/tenants/list", access: .clientOrAdmin, denied: "to list tenants.",
        "List the caller's tenant, or, for an administrator of the tenant default, all of them")

    /// The tenant `test` is opened or closed again at each start, as the setting `enable_test_tenant` says.
    package static let update = Endpoint<Nothing, UpdateTenant, Updated>(
        .patch, "tms/tenants/upd", access: .adminOfAny, denied: "to update tenant {tenant}.",
        tenant: { _, body in body.tenant }, refusals: [.conflict], "Enable or disable a tenant")

    package static let delete = Endpoint<TenantPath, Nothing, Deleted>(
        .delete, "tms/tenants/del/{tenant}", access: .adminOfAny, denied: "to delete tenant {tenant}.",
        tenant: { path, _ in path.tenant }, refusals: [.conflict],
        "Delete a tenant that has nothing but administrators")

    package static let wipe = Endpoint<TenantPath, Nothing, Deleted>(
        .delete, "tms/tenants/wipe/{tenant}", access: .adminOfAny, denied: "to delete tenant {tenant}.",
        tenant: { path, _ in path.tenant }, refusals: [.conflict], "Delete a tenant with everything in it")

    package static let purge = Endpoint<PurgeTenant, Nothing, Purged>(
        .delete, "tms/tenants/expired/{tenant}", access: .adminOfAny, denied: "to purge tenant {tenant}.",
        tenant: { path, _ in path.tenant },
        "Count, or delete, the tenant's keys and reservations that expired some days ago")
}

package struct TenantPath: Message {
    package var tenant = ""

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("tenant", &tenant)
    }
}

package struct NewTenantPath: Message {
    package var tenant = Identifier()

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("tenant", &tenant)
    }
}

package struct TenantCreated: Reply {
    package var tenant = ""
    package var isEnabled = true
    package var adminID = ""
    package var adminSecret = SecretBytes("")

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("admin_id", &adminID)
        try visitor.field("admin_secret", &adminSecret)
        try visitor.field("enabled", &isEnabled)
        try visitor.field("tenant", &tenant)
    }
}

package struct TenantDetails: Reply {
    package var id: Int32 = 0
    package var tenant = ""
    package var isEnabled = false
    package var created = Timestamp.never
    package var updated = Timestamp.never

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("created", &created)
        try visitor.field("enabled", &isEnabled)
        try visitor.field("id", &id)
        try visitor.field("tenant", &tenant)
        try visitor.field("updated", &updated)
    }
}

extension TenantDetails: ListedRow {
    package static let countNames = ["num_tenants"]
    package static let listNames = ["tenants"]
}

package struct UpdateTenant: Message {
    package var tenant = ""
    package var enabled = false

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("tenant", &tenant)
        try visitor.field("enabled", &enabled)
    }
}

package struct PurgeTenant: Message {
    /// How long ago a row must have expired.
    package enum Age: IntegerBounds {
        /// Up to a century.
        package static let range: ClosedRange<Int32> = 0...36_500
    }

    /// Rows of each kind that one call deletes at most: other writes wait for it.
    package static let deletedMax: Int32 = 1_000

    package var tenant = ""
    /// Whole days since the expiry, at least.
    package var days = Bounded<Age>(clamping: 0)
    /// Absent means yes: counting comes first, deleting must be asked for.
    package var dryRun: Bool?

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("tenant", &tenant)
        try visitor.field("days", &days)
        try visitor.field("dry_run", &dryRun)
    }
}

package struct Purged: Reply {
    package var pubkeys: Int32 = 0
    package var reservations: Int32 = 0
    package var isDryRun = true
    /// What expired before it is meant.
    package var expiredBefore = Timestamp.never
    /// Whether there are more rows than one call deletes, or counts.
    package var hasMore = false

    package init() {}

    package var resultMessage: String {
        let counts = "\(pubkeys) expired key(s) and \(reservations) expired reservation(s)"
        if isDryRun {
            return "\(counts) found\(hasMore ? ", and there are more" : "") - Nothing deleted without dry_run=false"
        }
        return "\(counts) deleted\(hasMore ? ", and there are more: call again" : "")"
    }

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("dry_run", &isDryRun)
        try visitor.field("expired_before", &expiredBefore)
        try visitor.field("more", &hasMore)
        try visitor.field("num_pubkeys", &pubkeys)
        try visitor.field("num_reservations", &reservations)
    }
}
