package import TMSAPI

/// A user's MFA record as the dependency check sees it.
package struct UserMFARow: Sendable {
    package let id: Int64
    package let isEnabled: Bool
    package let expiresAt: Timestamp
}

extension Transaction {
    package func userMFA(tenant: String, userID: String) throws(APIError) -> UserMFARow? {
        try first(
            "SELECT id, enabled, expires_at FROM user_mfa WHERE tenant = $1 AND tms_user_id = $2",
            .text(tenant), .text(userID)
        ) { UserMFARow(id: $0.integer(0), isEnabled: $0.flag(1), expiresAt: $0.time(2)) }
    }

    /// - Returns: the new row's id; nil when the user has a record already.
    @discardableResult
    package func insertUserMFA(tenant: String, userID: String, expiresAt: Timestamp) throws(APIError) -> Int64? {
        let id = try first(
            """
            INSERT INTO user_mfa (tenant, tms_user_id, expires_at, enabled, created, updated)
            VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT DO NOTHING RETURNING id
            """,
            .text(tenant), .text(userID), .time(expiresAt), .flag(true), .time(now)
        ) { $0.integer(0) }
        if id != nil { try audit("user MFA created", tenant: tenant, subject: "user \(userID)", new: "\(expiresAt)") }
        return id
    }
}
