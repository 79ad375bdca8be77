package import TMSAPI

// A row that others hang from takes them with it, and they may be millions: one write for all of them would hold the
// writer, and so every create, for as long as it takes. So what hangs from it is deleted first, some at a time, each
// time in a write of its own. Whoever is interrupted asks again, and the rest goes.
//
// A key may have any number of reservations, most of them expired, so they go before it. Where only the keys lead to them,
// those of the next keys to be deleted are looked for, and not those of all.
extension Transaction {
    /// Rows that one such write deletes: some tens of milliseconds.
    package static let clearedMax: Int32 = 1_000

    /// - Returns: how many rows were deleted; 0 when nothing is left but what ``wipeTenant(_:cleared:)`` deletes quickly.
    package func clearSome(ofTenant tenant: String) throws(APIError) -> Int {
        try clearSome(
            of: "tenant \(tenant)", in: tenant,
            [
                """
                DELETE FROM reservations WHERE id IN (SELECT id FROM reservations WHERE tenant = $1 LIMIT $2)
                """,
                "DELETE FROM pubkeys WHERE id IN (SELECT id FROM pubkeys WHERE tenant = $1 LIMIT $2)",
                "DELETE FROM delegations WHERE id IN (SELECT id FROM delegations WHERE tenant = $1 LIMIT $2)",
                "DELETE FROM user_hosts WHERE id IN (SELECT id FROM user_hosts WHERE tenant = $1 LIMIT $2)",
                "DELETE FROM user_mfa WHERE id IN (SELECT id FROM user_mfa WHERE tenant = $1 LIMIT $2)",
                """
                DELETE FROM idempotent_answers WHERE (tenant, client_id, idempotency_key) IN
                    (SELECT tenant, client_id, idempotency_key FROM idempotent_answers WHERE tenant = $1 LIMIT $2)
                """,
                "DELETE FROM clients WHERE id IN (SELECT id FROM clients WHERE tenant = $1 LIMIT $2)",
            ], .text(tenant), .integer(Self.clearedMax))
    }

    /// Reservations, keys and delegations of a client, and answers that it could have again.
    package func clearSome(ofClient clientID: String, tenant: String) throws(APIError) -> Int {
        try clearSome(
            of: "client \(clientID)", in: tenant,
            [
                """
                DELETE FROM reservations WHERE id IN
                    (SELECT id FROM reservations WHERE tenant = $1 AND client_id = $2 LIMIT $3)
                """,
                """
                DELETE FROM pubkeys WHERE id IN
                    (SELECT id FROM pubkeys WHERE tenant = $1 AND client_id = $2 LIMIT $3)
                """,
                """
                DELETE FROM delegations WHERE id IN
                    (SELECT id FROM delegations WHERE tenant = $1 AND client_id = $2 LIMIT $3)
                """,
                """
                DELETE FROM idempotent_answers WHERE tenant = $1 AND client_id = $2 AND idempotency_key IN
                    (SELECT idempotency_key FROM idempotent_answers WHERE tenant = $1 AND client_id = $2 LIMIT $3)
                """,
            ], .text(tenant), .text(clientID), .integer(Self.clearedMax))
    }

    /// Reservations, keys, links to hosts and delegations of a user.
    package func clearSome(ofUser userID: String, tenant: String) throws(APIError) -> Int {
        guard let user = try userMFA(tenant: tenant, userID: userID) else { return 0 }
        return try clearSome(
            of: "user \(userID)", in: tenant,
            [
                "DELETE FROM reservations WHERE id IN (SELECT id FROM reservations WHERE user_mfa_id = $1 LIMIT $2)",
                """
                DELETE FROM reservations WHERE id IN
                    (SELECT r.id FROM (SELECT id FROM pubkeys WHERE user_mfa_id = $1 LIMIT $2) AS k
                     JOIN reservations AS r ON r.pubkey_id = k.id LIMIT $2)
                """,
                "DELETE FROM pubkeys WHERE id IN (SELECT id FROM pubkeys WHERE user_mfa_id = $1 LIMIT $2)",
                "DELETE FROM delegations WHERE id IN (SELECT id FROM delegations WHERE user_mfa_id = $1 LIMIT $2)",
                "DELETE FROM user_hosts WHERE id IN (SELECT id FROM user_hosts WHERE user_mfa_id = $1 LIMIT $2)",
            ], .integer(user.id), .integer(Self.clearedMax))
    }

    /// Keys that a delegation allows, with their reservations.
    package func clearSome(of delegation: DelegationKey) throws(APIError) -> Int {
        guard let row = try self.delegation(delegation) else { return 0 }
        return try clearSome(
            of: delegation.name.subject, in: delegation.tenant,
            [
                """
                DELETE FROM reservations WHERE id IN
                    (SELECT r.id FROM (SELECT id FROM pubkeys WHERE delegation_id = $1 LIMIT $2) AS k
                     JOIN reservations AS r ON r.pubkey_id = k.id LIMIT $2)
                """,
                "DELETE FROM pubkeys WHERE id IN (SELECT id FROM pubkeys WHERE delegation_id = $1 LIMIT $2)",
            ],
            .integer(row.id), .integer(Self.clearedMax))
    }

    /// Keys that a link to a host allows, with their reservations.
    package func clearSome(of userHost: UserHostKey) throws(APIError) -> Int {
        guard let row = try self.userHost(userHost) else { return 0 }
        return try clearSome(
            of: userHost.name.subject, in: userHost.tenant,
            [
                """
                DELETE FROM reservations WHERE id IN
                    (SELECT r.id FROM (SELECT id FROM pubkeys WHERE user_host_id = $1 LIMIT $2) AS k
                     JOIN reservations AS r ON r.pubkey_id = k.id LIMIT $2)
                """,
                "DELETE FROM pubkeys WHERE id IN (SELECT id FROM pubkeys WHERE user_host_id = $1 LIMIT $2)",
            ],
            .integer(row.id), .integer(Self.clearedMax))
    }

    /// Reservations of a key.
    package func clearSome(of key: PubkeyKey) throws(APIError) -> Int {
        guard let row = try pubkey(key) else { return 0 }
        return try clearSome(
            of: "\(key.fingerprint) on \(key.host)", in: key.tenant,
            ["DELETE FROM reservations WHERE id IN (SELECT id FROM reservations WHERE pubkey_id = $1 LIMIT $2)"],
            .integer(row.id), .integer(Self.clearedMax))
    }

    /// Runs the first of the deletions that finds anything.
    private func clearSome(
        of subject: String, in tenant: String, _ deletions: [StaticString], _ values: SQLValue...
    ) throws(APIError) -> Int {
        for deletion in deletions {
            let count = try execute(deletion, values)
            guard count > 0 else { continue }
            try audit("rows deleted", tenant: tenant, subject: "what hangs from \(subject)", old: "\(count) rows")
            return count
        }
        return 0
    }
}
