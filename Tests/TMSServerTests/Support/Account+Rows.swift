import TestSupport

/// Rows that hang from users and clients, by table.
struct GrantRows: Equatable {
    var userMFA: Int
    var userHosts: Int
    var delegations: Int
    var pubkeys: Int
    var reservations: Int
}

extension Account {
    /// How many of them the tenant has.
    func grantRows() throws -> GrantRows {
        GrantRows(
            userMFA: try number("SELECT COUNT(*) FROM user_mfa WHERE tenant = $1"),
            userHosts: try number("SELECT COUNT(*) FROM user_hosts WHERE tenant = $1"),
            delegations: try number("SELECT COUNT(*) FROM delegations WHERE tenant = $1"),
            pubkeys: try number("SELECT COUNT(*) FROM pubkeys WHERE tenant = $1"),
            reservations: try number("SELECT COUNT(*) FROM reservations WHERE tenant = $1"))
    }

    /// Makes a reservation of each key of the tenant.
    func reserveKeys(expiresAt: Int64 = Account.never) throws {
        try change(
            """
            INSERT INTO reservations
                (resid, parent_resid, tenant, client_id, client_user_id, host, public_key_fingerprint, expires_at,
                 created, updated, user_mfa_id, pubkey_id)
            SELECT 'r-{t}-' || id, 'r-{t}-' || id, tenant, client_id, client_user_id, host, public_key_fingerprint,
                   \(expiresAt), 0, 0, user_mfa_id, id
            FROM pubkeys WHERE tenant = '{t}'
            """)
    }
}
