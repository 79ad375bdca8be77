package import TMSAPI

extension Transaction {
    package func tenantIsEnabled(_ tenant: String) throws(APIError) -> Bool {
        try first("SELECT enabled FROM tenants WHERE tenant = $1", .text(tenant)) { $0.flag(0) } ?? false
    }

    package func tenant(_ tenant: String) throws(APIError) -> TenantDetails? {
        try first(
            "SELECT id, tenant, enabled, created, updated FROM tenants WHERE tenant = $1", .text(tenant),
            as: TenantDetails.init(row:))
    }

    /// By row id.
    /// - Parameter tenant: the only one that is wanted; nil for all.
    package func tenants(only tenant: String?, _ list: ListByState) throws(APIError) -> Page<TenantDetails> {
        try page(list.page, from: ["0"]) { after, count throws(APIError) in
            try all(
                """
                SELECT id, tenant, enabled, created, updated FROM tenants
                WHERE id > $1 AND (CAST($2 AS TEXT) IS NULL OR tenant = $2)
                  AND (CAST($3 AS BOOLEAN) IS NULL OR enabled = $3)
                ORDER BY id LIMIT $4
                """,
                after.integer(0), .optional(tenant), .optional(list.enabled), count, as: TenantDetails.init(row:))
        } key: {
            ["\($0.id)"]
        }
    }

    /// - Returns: false when there is one of that name.
    package func insertTenant(_ tenant: String) throws(APIError) -> Bool {
        let inserted = try execute(
            """
            INSERT INTO tenants (tenant, enabled, created, updated) VALUES ($1, $2, $3, $3)
            ON CONFLICT DO NOTHING
            """,
            .text(tenant), .flag(true), .time(now))
        if inserted > 0 { try audit("tenant created", tenant: tenant, subject: "tenant \(tenant)") }
        return inserted > 0
    }

    /// - Returns: whether that changed anything.
    @discardableResult
    package func setTenant(_ tenant: String, enabled: Bool) throws(APIError) -> Bool {
        let changed = try execute(
            "UPDATE tenants SET enabled = $2, updated = $3 WHERE tenant = $1 AND enabled <> $2",
            .text(tenant), .flag(enabled), .time(now))
        if changed > 0 {
            try audit(
                "tenant updated", tenant: tenant, subject: "tenant \(tenant)", old: "enabled = \(!enabled)",
                new: "enabled = \(enabled)")
        }
        return changed > 0
    }
}

extension TenantDetails {
    fileprivate init(row: any SQLRow) {
        self.init()
        id = row.int32(0)
        tenant = row.text(1)
        isEnabled = row.flag(2)
        created = row.time(3)
        updated = row.time(4)
    }
}
