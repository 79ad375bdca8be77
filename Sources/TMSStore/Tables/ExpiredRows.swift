package import TMSAPI

/// What of a tenant expired before a time, and so may go. A key stays as long as a reservation of it does: deleting the
/// key would delete the reservation too.
extension Transaction {
    /// - Parameter countMax: where counting ends.
    package func expiredReservations(
        tenant: String, before time: Timestamp, countMax: Int32
    ) throws(APIError) -> Int {
        try first(
            """
            SELECT COUNT(*) FROM
                (SELECT 1 FROM reservations WHERE tenant = $1 AND expires_at < $2 LIMIT $3) AS expired
            """,
            .text(tenant), .time(time), .integer(countMax)
        ) { Int($0.integer(0)) } ?? 0
    }

    /// Keys that are expired and whose reservations, if they have any, are too.
    /// - Parameter countMax: where counting ends.
    package func expiredPubkeys(tenant: String, before time: Timestamp, countMax: Int32) throws(APIError) -> Int {
        try first(
            """
            SELECT COUNT(*) FROM
                (SELECT 1 FROM pubkeys AS k WHERE k.tenant = $1 AND k.expires_at < $2 AND NOT EXISTS
                    (SELECT 1 FROM reservations AS r WHERE r.pubkey_id = k.id AND r.expires_at >= $2)
                 LIMIT $3) AS expired
            """,
            .text(tenant), .time(time), .integer(countMax)
        ) { Int($0.integer(0)) } ?? 0
    }

    // Each deletion has its condition twice: on PostgreSQL a row may be changed after it was found, and what is asked of the
    // row itself is asked again once its change is known. The outer condition has no index, so that the inner one leads.

    /// - Returns: how many, `countMax` at most, those that expired first.
    package func deleteExpiredReservations(
        tenant: String, before time: Timestamp, countMax: Int32
    ) throws(APIError) -> Int {
        try execute(
            """
            DELETE FROM reservations WHERE expires_at < $2 AND id IN
                (SELECT id FROM reservations WHERE tenant = $1 AND expires_at < $2 ORDER BY expires_at LIMIT $3)
            """,
            .text(tenant), .time(time), .integer(countMax))
    }

    /// Deletes expired keys that have no reservation any more, so that nothing is deleted that was not counted.
    /// - Returns: how many, `countMax` at most, those that expired first.
    package func deleteExpiredPubkeys(
        tenant: String, before time: Timestamp, countMax: Int32
    ) throws(APIError) -> Int {
        try execute(
            """
            DELETE FROM pubkeys WHERE expires_at < $2 AND id IN
                (SELECT k.id FROM pubkeys AS k WHERE k.tenant = $1 AND k.expires_at < $2
                    AND NOT EXISTS (SELECT 1 FROM reservations AS r WHERE r.pubkey_id = k.id)
                 ORDER BY k.expires_at LIMIT $3)
            """,
            .text(tenant), .time(time), .integer(countMax))
    }

    /// Deletes what nobody will ask for any more, of all tenants: tickets of logins and answers to be given again.
    /// - Returns: how many, `countMax` of each kind at most.
    package func deleteOutlived(countMax: Int32) throws(APIError) -> Int {
        // On PostgreSQL a login may be at its key's tickets: those are left for the next time, and nobody waits.
        switch connection.dialect {
        case .sqlite:
            try execute(
                """
                DELETE FROM login_tickets WHERE rowid IN
                    (SELECT rowid FROM login_tickets WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)
                """,
                .time(now), .integer(countMax))
                + execute(
                    """
                    DELETE FROM idempotent_answers WHERE rowid IN
                        (SELECT rowid FROM idempotent_answers WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)
                    """,
                    .time(now), .integer(countMax))
        case .postgreSQL:
            try execute(
                """
                DELETE FROM login_tickets WHERE ctid = ANY (ARRAY(
                    SELECT ctid FROM login_tickets WHERE expires_at < $1 ORDER BY expires_at LIMIT $2
                    FOR UPDATE SKIP LOCKED))
                """,
                .time(now), .integer(countMax))
                + execute(
                    """
                    DELETE FROM idempotent_answers WHERE ctid = ANY (ARRAY(
                        SELECT ctid FROM idempotent_answers WHERE expires_at < $1 ORDER BY expires_at LIMIT $2
                        FOR UPDATE SKIP LOCKED))
                    """,
                    .time(now), .integer(countMax))
        }
    }

    package func auditPurge(
        tenant: String, before time: Timestamp, pubkeys: Int, reservations: Int
    ) throws(APIError) {
        try audit(
            "tenant purged", tenant: tenant, subject: "tenant \(tenant)",
            old: "\(pubkeys) keys and \(reservations) reservations that expired before \(time)")
    }
}
