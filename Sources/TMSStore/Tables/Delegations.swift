package import TMSAPI

extension Transaction {
    /// The delegation that lets a client act for a user, the one that lasts longest: the user's own, or the client's
    /// for every user of the tenant (user `*`).
    package func delegation(tenant: String, clientID: String, userID: String) throws(APIError) -> Grant? {
        try first(
            """
            SELECT id, expires_at FROM delegations
            WHERE tenant = $1 AND client_id = $2 AND client_user_id IN ($3, '*')
            ORDER BY expires_at DESC LIMIT 1
            """,
            .text(tenant), .text(clientID), .text(userID)
        ) { Grant(id: $0.integer(0), expiresAt: $0.time(1)) }
    }

    /// Does nothing when the delegation exists.
    package func insertDelegation(
        tenant: String, clientID: String, userID: String, expiresAt: Timestamp, userMFA: Int64?
    ) throws(APIError) {
        let inserted = try execute(
            """
            INSERT INTO delegations
                (tenant, client_id, client_user_id, expires_at, created, updated, client_row_id, user_mfa_id)
            SELECT tenant, client_id, $3, $4, $5, $5, id, $6 FROM clients WHERE tenant = $1 AND client_id = $2
            ON CONFLICT DO NOTHING
            """,
            .text(tenant), .text(clientID), .text(userID), .time(expiresAt), .time(now),
            userMFA.map(SQLValue.integer) ?? .null)
        guard inserted > 0 else { return }
        try audit(
            "delegation created", tenant: tenant, subject: "user \(userID) to client \(clientID)", new: "\(expiresAt)")
    }
}
