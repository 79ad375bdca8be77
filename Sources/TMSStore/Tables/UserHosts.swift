package import TMSAPI

/// A row that links a user to an account on a host, or allows it.
package struct Grant: Sendable {
    package let id: Int64
    package let expiresAt: Timestamp
}

extension Transaction {
    /// The link that lets a user into an account, the one that lasts longest: their own, or the host's wildcard for
    /// accounts of the users' own names (user `*`, account `*`).
    package func userHost(
        tenant: String, userID: String, host: String, account: String
    ) throws(APIError) -> Grant? {
        try first(
            """
            SELECT id, expires_at FROM user_hosts
            WHERE tenant = $1 AND host = $3
              AND (tms_user_id = $2 AND host_account = $4
                   OR tms_user_id = '*' AND host_account = '*' AND CAST($2 AS TEXT) = CAST($4 AS TEXT))
            ORDER BY expires_at DESC LIMIT 1
            """,
            .text(tenant), .text(userID), .text(host), .text(account)
        ) { Grant(id: $0.integer(0), expiresAt: $0.time(1)) }
    }

    /// Does nothing when the link exists.
    package func insertUserHost(
        tenant: String, userID: String, host: String, account: String, expiresAt: Timestamp, userMFA: Int64?
    ) throws(APIError) {
        let inserted = try execute(
            """
            INSERT INTO user_hosts (tenant, tms_user_id, host, host_account, expires_at, created, updated, user_mfa_id)
            VALUES ($1, $2, $3, $4, $5, $6, $6, $7) ON CONFLICT DO NOTHING
            """,
            .text(tenant), .text(userID), .text(host), .text(account), .time(expiresAt), .time(now),
            userMFA.map(SQLValue.integer) ?? .null)
        guard inserted > 0 else { return }
        try audit(
            "user host created", tenant: tenant, subject: "user \(userID) as \(account) on \(host)", new: "\(expiresAt)"
        )
    }
}
