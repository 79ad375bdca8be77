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

    package func userMFADetails(tenant: String, userID: String) throws(APIError) -> UserMFADetails? {
        try first(
            """
            SELECT id, tenant, tms_user_id, expires_at, enabled, created, updated FROM user_mfa
            WHERE tenant = $1 AND tms_user_id = $2
            """,
            .text(tenant), .text(userID), as: UserMFADetails.init(row:))
    }

    /// By user.
    package func userMFARecords(tenant: String, _ list: ListByState) throws(APIError) -> Page<UserMFADetails> {
        try page(list.page, from: ["", "0"]) { after, count throws(APIError) in
            try all(
                """
                SELECT id, tenant, tms_user_id, expires_at, enabled, created, updated FROM user_mfa
                WHERE tenant = $1 AND (tms_user_id, id) > ($2, $3)
                  AND (CAST($4 AS BOOLEAN) IS NULL OR enabled = $4)
                ORDER BY tms_user_id, id LIMIT $5
                """,
                .text(tenant), after.text(0), after.integer(1), .optional(list.enabled), count,
                as: UserMFADetails.init(row:))
        } key: {
            [$0.userID, "\($0.id)"]
        }
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

    /// - Returns: how many records there were, 0 or 1; one that is so already counts.
    package func setUserMFA(tenant: String, userID: String, enabled: Bool) throws(APIError) -> Int {
        guard let old = try userMFA(tenant: tenant, userID: userID),
            try execute(
                "UPDATE user_mfa SET enabled = $2, updated = $3 WHERE id = $1", .integer(old.id), .flag(enabled),
                .time(now)) > 0
        else { return 0 }
        try audit(
            "user MFA updated", tenant: tenant, subject: "user \(userID)", old: "enabled = \(old.isEnabled)",
            new: "enabled = \(enabled)")
        return 1
    }

    /// Deletes a user's record with their links to hosts, delegations, keys and reservations.
    package func deleteUserMFA(tenant: String, userID: String) throws(APIError) -> Int {
        let deleted = try execute(
            "DELETE FROM user_mfa WHERE tenant = $1 AND tms_user_id = $2", .text(tenant), .text(userID))
        if deleted > 0 { try audit("user MFA deleted", tenant: tenant, subject: "user \(userID)") }
        return deleted
    }
}

extension UserMFADetails {
    fileprivate init(row: any SQLRow) {
        self.init()
        id = row.int32(0)
        tenant = row.text(1)
        userID = row.text(2)
        expiresAt = row.time(3)
        isEnabled = row.flag(4)
        created = row.time(5)
        updated = row.time(6)
    }
}
