package import TMSAPI

extension Transaction {
    /// SHA-512 of an administrator's secret, in hexadecimal.
    package func adminSecretHash(tenant: String, adminID: String) throws(APIError) -> String? {
        try first(
            "SELECT admin_secret FROM admin WHERE tenant = $1 AND admin_user = $2", .text(tenant), .text(adminID)
        ) { $0.text(0) }
    }

    /// By administrator id.
    package func admins(tenant: String, _ list: ListAdmins) throws(APIError) -> Page<AdminDetails> {
        try page(list.page, from: ["", "0"]) { after, count throws(APIError) in
            try all(
                """
                SELECT id, tenant, admin_user, privilege, created, updated FROM admin
                WHERE tenant = $1 AND (admin_user, id) > ($2, $3) ORDER BY admin_user, id LIMIT $4
                """,
                .text(tenant), after.text(0), after.integer(1), count, as: AdminDetails.init(row:))
        } key: {
            [$0.adminID, "\($0.id)"]
        }
    }

    /// - Returns: false when the tenant has one of that id.
    package func insertAdmin(tenant: String, adminID: String, secretHash: String) throws(APIError) -> Bool {
        let inserted = try execute(
            """
            INSERT INTO admin (tenant, admin_user, admin_secret, privilege, created, updated)
            VALUES ($1, $2, $3, 'PERM_ADMIN', $4, $4) ON CONFLICT DO NOTHING
            """,
            .text(tenant), .text(adminID), .text(secretHash), .time(now))
        if inserted > 0 { try audit("admin created", tenant: tenant, subject: "admin \(adminID)") }
        return inserted > 0
    }

    /// - Returns: false when there is no such administrator.
    package func setAdminSecret(tenant: String, adminID: String, hash: String) throws(APIError) -> Bool {
        let changed = try execute(
            "UPDATE admin SET admin_secret = $3, updated = $4 WHERE tenant = $1 AND admin_user = $2",
            .text(tenant), .text(adminID), .text(hash), .time(now))
        if changed > 0 { try audit("admin secret changed", tenant: tenant, subject: "admin \(adminID)") }
        return changed > 0
    }

    /// Deletes an administrator, unless it is the tenant's only one.
    package func deleteAdmin(tenant: String, adminID: String) throws(APIError) -> Int {
        try lock("administrators of \(tenant)")
        let deleted = try execute(
            """
            DELETE FROM admin WHERE tenant = $1 AND admin_user = $2
              AND EXISTS (SELECT 1 FROM admin AS other WHERE other.tenant = $1 AND other.admin_user <> $2)
            """,
            .text(tenant), .text(adminID))
        if deleted > 0 { try audit("admin deleted", tenant: tenant, subject: "admin \(adminID)") }
        return deleted
    }
}

extension AdminDetails {
    fileprivate init(row: any SQLRow) {
        self.init()
        id = row.int32(0)
        tenant = row.text(1)
        adminID = row.text(2)
        privilege = row.text(3)
        created = row.time(4)
        updated = row.time(5)
    }
}
