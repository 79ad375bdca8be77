package import TMSAPI

extension Transaction {
    /// The delegation that lets a client act for a user, the one that lasts longest: the user's own, or the client's
    /// for every user of the tenant (user `*`). The user's own if both last as long, so that its keys do not go when
    /// the wildcard does.
    package func delegation(tenant: String, clientID: String, userID: String) throws(APIError) -> Grant? {
        try longest(
            """
            SELECT id, expires_at FROM delegations WHERE tenant = $1 AND client_id = $2 AND client_user_id = $3
            UNION ALL
            SELECT id, expires_at FROM delegations WHERE tenant = $1 AND client_id = $2 AND client_user_id = '*'
            """,
            .text(tenant), .text(clientID), .text(userID))
    }

    package func delegation(tenant: String, id: Int32) throws(APIError) -> DelegationDetails? {
        try first(
            """
            SELECT id, tenant, client_id, client_user_id, expires_at, created, updated FROM delegations
            WHERE tenant = $1 AND id = $2
            """,
            .text(tenant), .integer(id), as: DelegationDetails.init(row:))
    }

    /// By client and user.
    package func delegations(tenant: String, _ list: ListDelegations) throws(APIError) -> Page<DelegationDetails> {
        try page(list.page, from: ["", "", "0"]) { after, count throws(APIError) in
            try all(
                """
                SELECT id, tenant, client_id, client_user_id, expires_at, created, updated FROM delegations
                WHERE tenant = $1 AND (client_id, client_user_id, id) > ($2, $3, $4)
                  AND (CAST($5 AS TEXT) IS NULL OR client_id = $5)
                  AND (CAST($6 AS TEXT) IS NULL OR client_user_id = $6)
                ORDER BY client_id, client_user_id, id LIMIT $7
                """,
                .text(tenant), after.text(0), after.text(1), after.integer(2), .optional(list.clientID),
                .optional(list.userID), count,
                as: DelegationDetails.init(row:))
        } key: {
            [$0.clientID, $0.userID, "\($0.id)"]
        }
    }

    /// - Parameter userMFA: nil for user `*` only.
    /// - Returns: false when there is such a delegation already, or no such client.
    @discardableResult
    package func insertDelegation(
        _ key: DelegationKey, expiresAt: Timestamp, userMFA: Int64?
    ) throws(APIError) -> Bool {
        let inserted = try execute(
            """
            INSERT INTO delegations
                (tenant, client_id, client_user_id, expires_at, created, updated, client_row_id, user_mfa_id)
            SELECT tenant, client_id, $3, $4, $5, $5, id, $6 FROM clients WHERE tenant = $1 AND client_id = $2
            ON CONFLICT DO NOTHING
            """,
            .text(key.tenant), .text(key.clientID), .text(key.userID), .time(expiresAt), .time(now),
            .optional(userMFA))
        if inserted > 0 { try auditCreation(of: key.name, expiresAt: expiresAt) }
        return inserted > 0
    }

    /// - Returns: the new expiry; nil when there is no such delegation.
    package func renewDelegation(_ key: DelegationKey, timeToLiveMinutes: Int32) throws(APIError) -> Timestamp? {
        try renew(
            delegation(key), key.name, timeToLiveMinutes: timeToLiveMinutes,
            update: "UPDATE delegations SET expires_at = $2, updated = $3 WHERE id = $1")
    }

    package func deleteDelegation(_ key: DelegationKey) throws(APIError) -> Int {
        try delete(delegation(key), key.name, deletion: "DELETE FROM delegations WHERE id = $1")
    }

    /// The delegation of just these names, the wildcard taken literally.
    func delegation(_ key: DelegationKey) throws(APIError) -> Grant? {
        try first(
            """
            SELECT id, expires_at FROM delegations
            WHERE tenant = $1 AND client_id = $2 AND client_user_id = $3
            """,
            .text(key.tenant), .text(key.clientID), .text(key.userID), as: Grant.init(row:))
    }
}

extension DelegationKey {
    var name: GrantName {
        GrantName(kind: "delegation", tenant: tenant, subject: "user \(userID) to client \(clientID)")
    }
}

extension DelegationDetails {
    fileprivate init(row: any SQLRow) {
        self.init()
        id = row.int32(0)
        tenant = row.text(1)
        clientID = row.text(2)
        userID = row.text(3)
        expiresAt = row.time(4)
        created = row.time(5)
        updated = row.time(6)
    }
}
