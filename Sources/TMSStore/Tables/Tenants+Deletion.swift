package import TMSAPI

extension Transaction {
    /// What a tenant has beside its administrators and its open approvals, as people call it: "clients, keys".
    ///
    /// Approvals don't count: nothing but time removes one that is not used.
    package func contents(ofTenant tenant: String) throws(APIError) -> [String] {
        try all(
            """
            SELECT 'clients' WHERE EXISTS (SELECT 1 FROM clients WHERE tenant = $1)
            UNION ALL SELECT 'user MFA records' WHERE EXISTS (SELECT 1 FROM user_mfa WHERE tenant = $1)
            UNION ALL SELECT 'user hosts' WHERE EXISTS (SELECT 1 FROM user_hosts WHERE tenant = $1)
            UNION ALL SELECT 'delegations' WHERE EXISTS (SELECT 1 FROM delegations WHERE tenant = $1)
            UNION ALL SELECT 'keys' WHERE EXISTS (SELECT 1 FROM pubkeys WHERE tenant = $1)
            UNION ALL SELECT 'reservations' WHERE EXISTS (SELECT 1 FROM reservations WHERE tenant = $1)
            UNION ALL SELECT 'hosts' WHERE EXISTS (SELECT 1 FROM hosts WHERE tenant = $1)
            UNION ALL SELECT 'host aliases' WHERE EXISTS (SELECT 1 FROM host_aliases WHERE tenant = $1)
            """,
            .text(tenant)
        ) { $0.text(0) }
    }

    /// Deletes a tenant that has nothing but administrators and approvals.
    /// - Returns: how many administrators and tenants.
    /// - Throws: 422 when it has anything else.
    package func deleteTenant(_ tenant: String) throws(APIError) -> Int {
        try execute("DELETE FROM approvals WHERE tenant = $1", .text(tenant))
        let deleted =
            try execute("DELETE FROM admin WHERE tenant = $1", .text(tenant))
            + execute("DELETE FROM tenants WHERE tenant = $1", .text(tenant))
        if deleted > 0 { try audit("tenant deleted", tenant: tenant, subject: "tenant \(tenant)") }
        return deleted
    }

    /// Deletes a tenant with everything in it, what refers to something before what it refers to. The audit trail stays.
    /// - Parameter cleared: rows of it that have gone already (``clearSome(ofTenant:)``).
    /// - Returns: how many rows in all.
    package func wipeTenant(_ tenant: String, cleared: Int) throws(APIError) -> Int {
        // Each with a WHERE: SQLite empties a whole table without telling the hook by which remembered credentials end.
        let deletions: [StaticString] = [
            "DELETE FROM reservations WHERE tenant = $1",
            "DELETE FROM pubkeys WHERE tenant = $1",
            "DELETE FROM delegations WHERE tenant = $1",
            "DELETE FROM user_hosts WHERE tenant = $1",
            "DELETE FROM user_mfa WHERE tenant = $1",
            "DELETE FROM idempotent_answers WHERE tenant = $1",
            "DELETE FROM clients WHERE tenant = $1",
            "DELETE FROM hosts WHERE tenant = $1",
            "DELETE FROM host_aliases WHERE tenant = $1",
            "DELETE FROM approvals WHERE tenant = $1",
            "DELETE FROM admin WHERE tenant = $1",
            "DELETE FROM tenants WHERE tenant = $1",
        ]
        var deleted = cleared
        for deletion in deletions { deleted += try execute(deletion, .text(tenant)) }
        if deleted > 0 {
            try audit("tenant wiped", tenant: tenant, subject: "tenant \(tenant)", old: "\(deleted) rows")
        }
        return deleted
    }
}
