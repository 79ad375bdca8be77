package import TMSAPI

/// What a key depends on, as far as it is there.
package struct DependencyRows: Sendable {
    package var userMFA: UserMFARow?
    package var userHost: Grant?
    package var delegation: Grant?
}

extension Transaction {
    /// A user's MFA record, their link to the account and their delegation to the client, the grants that last longest
    /// as ``userHost(tenant:userID:host:account:)`` and ``delegation(tenant:clientID:userID:)`` find them.
    ///
    /// In one statement, since every creation of a key asks for all three: three would cost more on their way into the
    /// database than they do there.
    package func dependencyRows(
        tenant: String, clientID: String, userID: String, host: String, account: String
    ) throws(APIError) -> DependencyRows {
        var rows = DependencyRows()
        try each(
            """
            SELECT id, expires_at, 1, enabled FROM user_mfa WHERE tenant = $1 AND tms_user_id = $2
            UNION ALL
            SELECT id, expires_at, 2, TRUE FROM user_hosts
            WHERE tenant = $1 AND tms_user_id = $2 AND host = $3 AND host_account = $4
            UNION ALL
            SELECT id, expires_at, 2, TRUE FROM user_hosts
            WHERE tenant = $1 AND tms_user_id = '*' AND host = $3 AND host_account = '*'
              AND CAST($2 AS TEXT) = CAST($4 AS TEXT)
            UNION ALL
            SELECT id, expires_at, 3, TRUE FROM delegations
            WHERE tenant = $1 AND client_id = $5 AND client_user_id = $2
            UNION ALL
            SELECT id, expires_at, 3, TRUE FROM delegations
            WHERE tenant = $1 AND client_id = $5 AND client_user_id = '*'
            """,
            [.text(tenant), .text(userID), .text(host), .text(account), .text(clientID)]
        ) { row in
            switch row.integer(2) {
            case 1: rows.userMFA = UserMFARow(id: row.integer(0), isEnabled: row.flag(3), expiresAt: row.time(1))
            case 2: rows.userHost = Grant.longer(rows.userHost, Grant(row: row))
            default: rows.delegation = Grant.longer(rows.delegation, Grant(row: row))
            }
        }
        return rows
    }
}
