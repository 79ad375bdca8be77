package import TMSAPI

/// A key to be stored.
package struct NewPubkey: Sendable {
    package var tenant: String
    package var clientID: String
    package var userID: String
    package var host: String
    package var account: String
    package var fingerprint: String
    package var publicKey: String
    package var keyType: String
    package var keyBits: Int32
    /// `Int32.max` for any number.
    package var usesMax: Int32
    /// Negative for ever.
    package var timeToLiveMinutes: Int32

    package init(
        tenant: String, clientID: String, userID: String, host: String, account: String, fingerprint: String,
        publicKey: String, keyType: String, keyBits: Int32, usesMax: Int32, timeToLiveMinutes: Int32
    ) {
        self.tenant = tenant
        self.clientID = clientID
        self.userID = userID
        self.host = host
        self.account = account
        self.fingerprint = fingerprint
        self.publicKey = publicKey
        self.keyType = keyType
        self.keyBits = keyBits
        self.usesMax = usesMax
        self.timeToLiveMinutes = timeToLiveMinutes
    }
}

/// A key and everything a login with it depends on, from one statement.
package struct PubkeyLookup: Sendable {
    package let id: Int64
    package let tenant: String
    package let clientID: String
    package let userID: String
    /// The key's own host, which a login may have called by an alias.
    package let host: String
    package let account: String
    package let publicKey: String
    package let usesMax: Int32
    package let usesRemaining: Int32
    package let expiresAt: Timestamp
    package let tenantIsEnabled: Bool
    package let clientIsEnabled: Bool
    package let mfaIsEnabled: Bool
    package let mfaExpiresAt: Timestamp
    /// Expiry of the user host under which the key was made; another may allow it still.
    package let userHostExpiresAt: Timestamp
    /// Expiry of the delegation under which the key was made; another may allow it still.
    package let delegationExpiresAt: Timestamp

    /// What ``Transaction/lookUpPubkey(fingerprint:host:account:)`` asks.
    package static func question(fingerprint: String, host: String, account: String) -> Question {
        Question(
            """
            SELECT k.id, k.tenant, k.client_id, k.client_user_id, k.host_account, k.public_key,
                   k.max_uses, k.remaining_uses, k.expires_at,
                   t.enabled, c.enabled, m.enabled, m.expires_at, h.expires_at, d.expires_at
            FROM pubkeys k
            JOIN tenants t ON t.tenant = k.tenant
            JOIN user_mfa m ON m.id = k.user_mfa_id
            JOIN user_hosts h ON h.id = k.user_host_id
            JOIN delegations d ON d.id = k.delegation_id
            JOIN clients c ON c.id = d.client_row_id
            WHERE k.public_key_fingerprint = $1 AND k.host = $2 AND k.host_account = $3
            """,
            .text(fingerprint), .text(host), .text(account))
    }
}

extension Transaction {
    /// - Parameters userMFA, userHost, delegation: the rows that allow the key.
    /// - Returns: when it expires.
    /// - Throws: 409 when the host has a key of that fingerprint.
    @discardableResult
    package func insertPubkey(
        _ key: NewPubkey, userMFA: Int64, userHost: Int64, delegation: Int64
    ) throws(APIError) -> Timestamp {
        let expiresAt = now.adding(timeToLiveMinutes: key.timeToLiveMinutes)
        let initialMinutes = key.timeToLiveMinutes < 0 ? Int32.max : key.timeToLiveMinutes
        try post(
            """
            INSERT INTO pubkeys
                (tenant, client_id, client_user_id, host, host_account, public_key_fingerprint, public_key, key_type,
                 key_bits, max_uses, remaining_uses, initial_ttl_minutes, expires_at, created, updated,
                 user_mfa_id, user_host_id, delegation_id)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11, $12, $13, $13, $14, $15, $16)
            """,
            .text(key.tenant), .text(key.clientID), .text(key.userID), .text(key.host), .text(key.account),
            .text(key.fingerprint), .text(key.publicKey), .text(key.keyType), .integer(key.keyBits),
            .integer(key.usesMax), .integer(initialMinutes), .time(expiresAt), .time(now),
            .integer(userMFA), .integer(userHost), .integer(delegation))
        try audit(
            "pubkey created", tenant: key.tenant, subject: "\(key.fingerprint) on \(key.host)",
            new: "user \(key.userID) as \(key.account)")
        return expiresAt
    }

    /// The key that may open `account` on `host`, if it is one of ours.
    package func lookUpPubkey(fingerprint: String, host: String, account: String) throws(APIError) -> PubkeyLookup? {
        try first(PubkeyLookup.question(fingerprint: fingerprint, host: host, account: account)) { row in
            PubkeyLookup(
                id: row.integer(0), tenant: row.text(1), clientID: row.text(2), userID: row.text(3), host: host,
                account: row.text(4), publicKey: row.text(5), usesMax: row.int32(6), usesRemaining: row.int32(7),
                expiresAt: row.time(8), tenantIsEnabled: row.flag(9), clientIsEnabled: row.flag(10),
                mfaIsEnabled: row.flag(11), mfaExpiresAt: row.time(12), userHostExpiresAt: row.time(13),
                delegationExpiresAt: row.time(14))
        }
    }

    /// The hosts called `alias` on which a key of that fingerprint opens `account`: one for each tenant that has such a
    /// key and gives its host that alias.
    package func hosts(alias: String, fingerprint: String, account: String) throws(APIError) -> [String] {
        try all(
            """
            SELECT k.host FROM pubkeys k
            JOIN host_aliases a ON a.tenant = k.tenant AND a.host = k.host
            WHERE k.public_key_fingerprint = $1 AND k.host_account = $2 AND a.alias = $3
            ORDER BY k.id
            """,
            .text(fingerprint), .text(account), .text(alias)
        ) { $0.text(0) }
    }

    // MARK: Counting logins

    /// Whether the SSH connection has used the key before, so that sshd's second question is not a second use.
    package func hasLoginTicket(pubkey: Int64, connection: String) throws(APIError) -> Bool {
        try first(
            "SELECT 1 FROM login_tickets WHERE pubkey_id = $1 AND connection = $2 AND expires_at >= $3",
            .integer(pubkey), .text(connection), .time(now)
        ) { _ in true } ?? false
    }

    /// Takes one use of the key and notes the connection that took it.
    /// - Returns: false when no use was left.
    package func takeUse(pubkey: Int64, connection: String, ticketExpiresAt: Timestamp) throws(APIError) -> Bool {
        // Conditional, so that two connections can never take the last use both.
        let taken = try execute(
            "UPDATE pubkeys SET remaining_uses = remaining_uses - 1 WHERE id = $1 AND remaining_uses > 0",
            .integer(pubkey))
        guard taken > 0 else { return false }
        // Of this key only: its row is ours until the commit, so that nobody else can be at its tickets.
        try post(
            "DELETE FROM login_tickets WHERE pubkey_id = $1 AND expires_at < $2", .integer(pubkey), .time(now))
        try post(
            "INSERT INTO login_tickets (pubkey_id, connection, expires_at) VALUES ($1, $2, $3)",
            .integer(pubkey), .text(connection), .time(ticketExpiresAt))
        return true
    }
}
