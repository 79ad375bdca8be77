package import TMSAPI

extension Transaction {
    /// - Parameter clientID: whose key it must be; nil for anybody's.
    package func pubkey(tenant: String, id: Int32, clientID: String?) throws(APIError) -> PubkeyDetails? {
        try first(
            """
            SELECT id, tenant, client_id, client_user_id, host, host_account, public_key_fingerprint, public_key,
                   key_type, key_bits, max_uses, remaining_uses, initial_ttl_minutes, expires_at, created, updated
            FROM pubkeys WHERE tenant = $1 AND id = $2 AND (CAST($3 AS TEXT) IS NULL OR client_id = $3)
            """,
            .text(tenant), .integer(id), .optional(clientID), as: PubkeyDetails.init(row:))
    }

    package func pubkey(_ key: PubkeyKey) throws(APIError) -> PubkeyDetails? {
        try first(
            """
            SELECT id, tenant, client_id, client_user_id, host, host_account, public_key_fingerprint, public_key,
                   key_type, key_bits, max_uses, remaining_uses, initial_ttl_minutes, expires_at, created, updated
            FROM pubkeys WHERE tenant = $1 AND client_id = $2 AND host = $3 AND public_key_fingerprint = $4
            """,
            .text(key.tenant), .text(key.clientID), .text(key.host), .text(key.fingerprint),
            as: PubkeyDetails.init(row:))
    }

    /// By client, user, host and account: the first four texts of the index pubkeys_list after the tenant.
    package func pubkeys(tenant: String, _ list: ListPubkeys) throws(APIError) -> Page<PubkeyDetails> {
        try groupedPage(list.page, filters: [list.clientID, list.userID, list.host, list.account]) {
            stretch, count throws(APIError) in
            try all(
                """
                SELECT id, tenant, client_id, client_user_id, host, host_account, public_key_fingerprint, public_key,
                       key_type, key_bits, max_uses, remaining_uses, initial_ttl_minutes, expires_at, created, updated
                FROM pubkeys
                WHERE tenant = $1 AND client_id = $2 AND client_user_id = $3 AND host = $4 AND host_account = $5
                  AND id > $6
                ORDER BY id LIMIT $7
                """,
                .text(tenant), stretch.text(0), stretch.text(1), stretch.text(2), stretch.text(3), stretch.id, count,
                as: PubkeyDetails.init(row:))
        } beyond: { stretch, count throws(APIError) in
            try all(
                """
                SELECT id, tenant, client_id, client_user_id, host, host_account, public_key_fingerprint, public_key,
                       key_type, key_bits, max_uses, remaining_uses, initial_ttl_minutes, expires_at, created, updated
                FROM pubkeys
                WHERE tenant = $1 AND (client_id, client_user_id, host, host_account) >= ($2, $3, $4, $5)
                  AND (client_id, client_user_id, host, host_account) <= ($6, $7, $8, $9)
                  AND (CAST($10 AS TEXT) IS NULL OR client_user_id = $10) AND (CAST($11 AS TEXT) IS NULL OR host = $11)
                  AND (CAST($12 AS TEXT) IS NULL OR host_account = $12)
                ORDER BY client_id, client_user_id, host, host_account, id LIMIT $13
                """,
                .text(tenant), stretch.text(0), stretch.text(1), stretch.text(2), stretch.successor(3), stretch.end(0),
                stretch.end(1), stretch.end(2), stretch.end(3), stretch.filter(1), stretch.filter(2),
                stretch.filter(3), count, as: PubkeyDetails.init(row:))
        } key: {
            [$0.clientID, $0.userID, $0.host, $0.account, "\($0.id)"]
        }
    }

    /// Changes how often and how long a key can be used. Uses taken so far stay taken.
    /// - Parameters:
    ///   - usesMax: logins in all; nil leaves them as they are.
    ///   - expiresAt: nil leaves it as it is.
    package func updatePubkey(_ key: PubkeyDetails, usesMax: Int32?, expiresAt: Timestamp?) throws(APIError) {
        // What remains is computed from the row as it is now, so that no login's use can be lost in between.
        try execute(
            """
            UPDATE pubkeys
            SET max_uses = COALESCE(CAST($2 AS INTEGER), max_uses),
                remaining_uses = CASE
                    WHEN CAST($2 AS INTEGER) IS NULL THEN remaining_uses
                    WHEN CAST($2 AS INTEGER) > max_uses - remaining_uses
                        THEN CAST($2 AS INTEGER) - (max_uses - remaining_uses)
                    ELSE 0 END,
                expires_at = COALESCE($3, expires_at), updated = $4
            WHERE id = $1
            """,
            .integer(key.id), usesMax.map(SQLValue.integer) ?? .null, expiresAt.map(SQLValue.time) ?? .null, .time(now))
        try audit(
            "pubkey updated", tenant: key.tenant, subject: "\(key.fingerprint) on \(key.host)",
            old: "max_uses \(key.usesMax), expires_at \(key.expiresAt)",
            new: "max_uses \(usesMax ?? key.usesMax), expires_at \(expiresAt ?? key.expiresAt)")
    }

    /// Deletes a key with its reservations.
    package func deletePubkey(_ key: PubkeyKey) throws(APIError) -> Int {
        let deleted = try execute(
            """
            DELETE FROM pubkeys
            WHERE tenant = $1 AND client_id = $2 AND host = $3 AND public_key_fingerprint = $4
            """,
            .text(key.tenant), .text(key.clientID), .text(key.host), .text(key.fingerprint))
        if deleted > 0 {
            try audit(
                "pubkey deleted", tenant: key.tenant, subject: "\(key.fingerprint) on \(key.host)",
                old: "client \(key.clientID)")
        }
        return deleted
    }
}

extension PubkeyDetails {
    fileprivate init(row: any SQLRow) {
        self.init()
        id = row.int32(0)
        tenant = row.text(1)
        clientID = row.text(2)
        userID = row.text(3)
        host = row.text(4)
        account = row.text(5)
        fingerprint = row.text(6)
        publicKey = row.text(7)
        keyType = row.text(8)
        keyBits = row.int32(9)
        usesMax = row.int32(10)
        usesRemaining = row.int32(11)
        initialTimeToLiveMinutes = row.int32(12)
        expiresAt = row.time(13)
        created = row.time(14)
        updated = row.time(15)
    }
}
