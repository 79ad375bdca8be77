package import TMSAPI

extension Transaction {
    package func tenantIsEnabled(_ tenant: String) throws(APIError) -> Bool {
        try first("SELECT enabled FROM tenants WHERE tenant = $1", .text(tenant)) { $0.flag(0) } ?? false
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
