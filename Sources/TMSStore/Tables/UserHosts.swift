package import TMSAPI

extension Transaction {
    /// The link that lets a user into an account, the one that lasts longest: their own, or the host's wildcard for
    /// accounts of the users' own names (user `*`, account `*`). Their own if both last as long, so that its keys do
    /// not go when the wildcard does.
    package func userHost(
        tenant: String, userID: String, host: String, account: String
    ) throws(APIError) -> Grant? {
        try longest(
            """
            SELECT id, expires_at FROM user_hosts
            WHERE tenant = $1 AND tms_user_id = $2 AND host = $3 AND host_account = $4
            UNION ALL
            SELECT id, expires_at FROM user_hosts
            WHERE tenant = $1 AND tms_user_id = '*' AND host = $3 AND host_account = '*'
              AND CAST($2 AS TEXT) = CAST($4 AS TEXT)
            """,
            .text(tenant), .text(userID), .text(host), .text(account))
    }

    package func userHost(tenant: String, id: Int32) throws(APIError) -> UserHostDetails? {
        try first(
            """
            SELECT id, tenant, tms_user_id, host, host_account, expires_at, created, updated FROM user_hosts
            WHERE tenant = $1 AND id = $2
            """,
            .text(tenant), .integer(id), as: UserHostDetails.init(row:))
    }

    /// By user, host and account.
    package func userHosts(tenant: String, _ list: ListUserHosts) throws(APIError) -> Page<UserHostDetails> {
        try page(list.page, from: ["", "", "", "0"]) { after, count throws(APIError) in
            try all(
                """
                SELECT id, tenant, tms_user_id, host, host_account, expires_at, created, updated FROM user_hosts
                WHERE tenant = $1 AND (tms_user_id, host, host_account, id) > ($2, $3, $4, $5)
                  AND (CAST($6 AS TEXT) IS NULL OR tms_user_id = $6)
                  AND (CAST($7 AS TEXT) IS NULL OR host = $7)
                  AND (CAST($8 AS TEXT) IS NULL OR host_account = $8)
                ORDER BY tms_user_id, host, host_account, id LIMIT $9
                """,
                .text(tenant), after.text(0), after.text(1), after.text(2), after.integer(3), .optional(list.userID),
                .optional(list.host), .optional(list.account), count,
                as: UserHostDetails.init(row:))
        } key: {
            [$0.userID, $0.host, $0.account, "\($0.id)"]
        }
    }

    /// - Parameter userMFA: nil for user `*` only.
    /// - Returns: false when there is such a link already.
    @discardableResult
    package func insertUserHost(_ key: UserHostKey, expiresAt: Timestamp, userMFA: Int64?) throws(APIError) -> Bool {
        let inserted = try execute(
            """
            INSERT INTO user_hosts (tenant, tms_user_id, host, host_account, expires_at, created, updated, user_mfa_id)
            VALUES ($1, $2, $3, $4, $5, $6, $6, $7) ON CONFLICT DO NOTHING
            """,
            .text(key.tenant), .text(key.userID), .text(key.host), .text(key.account), .time(expiresAt), .time(now),
            .optional(userMFA))
        if inserted > 0 { try auditCreation(of: key.name, expiresAt: expiresAt) }
        return inserted > 0
    }

    /// - Returns: the new expiry; nil when there is no such link.
    package func renewUserHost(_ key: UserHostKey, timeToLiveMinutes: Int32) throws(APIError) -> Timestamp? {
        try renew(
            userHost(key), key.name, timeToLiveMinutes: timeToLiveMinutes,
            update: "UPDATE user_hosts SET expires_at = $2, updated = $3 WHERE id = $1")
    }

    package func deleteUserHost(_ key: UserHostKey) throws(APIError) -> Int {
        try delete(userHost(key), key.name, deletion: "DELETE FROM user_hosts WHERE id = $1")
    }

    /// The link of just these names, wildcards taken literally.
    func userHost(_ key: UserHostKey) throws(APIError) -> Grant? {
        try first(
            """
            SELECT id, expires_at FROM user_hosts
            WHERE tenant = $1 AND tms_user_id = $2 AND host = $3 AND host_account = $4
            """,
            .text(key.tenant), .text(key.userID), .text(key.host), .text(key.account), as: Grant.init(row:))
    }
}

extension UserHostKey {
    var name: GrantName {
        GrantName(kind: "user host", tenant: tenant, subject: "user \(userID) as \(account) on \(host)")
    }
}

extension UserHostDetails {
    fileprivate init(row: any SQLRow) {
        self.init()
        id = row.int32(0)
        tenant = row.text(1)
        userID = row.text(2)
        host = row.text(3)
        account = row.text(4)
        expiresAt = row.time(5)
        created = row.time(6)
        updated = row.time(7)
    }
}
