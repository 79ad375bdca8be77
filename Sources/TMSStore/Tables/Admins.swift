package import TMSAPI

extension Transaction {
    /// SHA-512 of an administrator's secret, in hexadecimal.
    package func adminSecretHash(tenant: String, adminID: String) throws(APIError) -> String? {
        try first(
            "SELECT admin_secret FROM admin WHERE tenant = $1 AND admin_user = $2", .text(tenant), .text(adminID)
        ) { $0.text(0) }
    }

    package func insertAdmin(tenant: String, adminID: String, secretHash: String) throws(APIError) {
        try execute(
            """
            INSERT INTO admin (tenant, admin_user, admin_secret, privilege, created, updated)
            VALUES ($1, $2, $3, 'PERM_ADMIN', $4, $4)
            """,
            .text(tenant), .text(adminID), .text(secretHash), .time(now))
        try audit("admin created", tenant: tenant, subject: "admin \(adminID)")
    }
}
