import TMSAPI
import TMSStore

/// Rows in the past, which no call of an operation can make.
extension Account {
    /// A time so many days ago.
    static func daysAgo(_ days: Int64) -> Int64 { Timestamp.now.adding(seconds: -days * 86_400).microseconds }

    /// Keys that can be told apart and nothing else.
    func addKeys(_ count: Int, expiresAt: Int64) throws {
        try change(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))
            INSERT INTO pubkeys
                (tenant, client_id, client_user_id, host, host_account, public_key_fingerprint, public_key, key_type,
                 key_bits, max_uses, remaining_uses, initial_ttl_minutes, expires_at, created, updated,
                 user_mfa_id, user_host_id, delegation_id)
            SELECT '{t}', d.client_id, d.client_user_id, h.host, h.host_account, lower(hex(randomblob(16))), '',
                   'ed25519', 256, 1, 1, 1, \(expiresAt), 0, 0, d.user_mfa_id, h.id, d.id
            FROM n, delegations d, user_hosts h WHERE d.tenant = '{t}' AND h.tenant = '{t}'
            """)
    }
}
