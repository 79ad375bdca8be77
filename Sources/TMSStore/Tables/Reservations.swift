package import TMSAPI

/// A reservation to be stored.
package struct NewReservation: Sendable {
    package var id: String
    /// Its own id when it is a top-level one.
    package var parentID: String
    package var key: PubkeyDetails
    /// Who works under it; need not be the key's user.
    package var userID: String
    /// The row of that user's MFA record.
    package var userMFA: Int64
    package var expiresAt: Timestamp

    package init(
        id: String, parentID: String, key: PubkeyDetails, userID: String, userMFA: Int64, expiresAt: Timestamp
    ) {
        self.id = id
        self.parentID = parentID
        self.key = key
        self.userID = userID
        self.userMFA = userMFA
        self.expiresAt = expiresAt
    }
}

extension Transaction {
    /// Whether a reservation of the key is in force, so that work may outlive the key's or the MFA record's expiry.
    package func hasLiveReservation(pubkey: Int64) throws(APIError) -> Bool {
        try first(
            "SELECT 1 FROM reservations WHERE pubkey_id = $1 AND expires_at >= $2 LIMIT 1",
            .integer(pubkey), .time(now)
        ) { _ in true } ?? false
    }

    /// How many reservations of the key are in force.
    package func liveReservations(pubkey: Int32) throws(APIError) -> Int {
        try first(
            "SELECT COUNT(*) FROM reservations WHERE pubkey_id = $1 AND expires_at >= $2",
            .integer(pubkey), .time(now)
        ) { Int($0.integer(0)) } ?? 0
    }

    package func reservation(
        tenant: String, clientID: String, id: String
    ) throws(APIError) -> ReservationDetails? {
        try first(
            """
            SELECT id, resid, parent_resid, tenant, client_id, client_user_id, host, public_key_fingerprint,
                   expires_at, created, updated
            FROM reservations WHERE tenant = $1 AND client_id = $2 AND resid = $3
            """,
            .text(tenant), .text(clientID), .text(id), as: ReservationDetails.init(row:))
    }

    /// By client and id.
    package func reservations(tenant: String, _ list: ListReservations) throws(APIError) -> Page<ReservationDetails> {
        try groupedPage(list.page, filters: [list.clientID]) { stretch, count throws(APIError) in
            try all(
                """
                SELECT id, resid, parent_resid, tenant, client_id, client_user_id, host, public_key_fingerprint,
                       expires_at, created, updated
                FROM reservations
                WHERE tenant = $1 AND client_id = $2 AND id > $3
                  AND (CAST($4 AS TEXT) IS NULL OR client_user_id = $4)
                  AND (CAST($5 AS TEXT) IS NULL OR public_key_fingerprint = $5)
                ORDER BY id LIMIT $6
                """,
                .text(tenant), stretch.text(0), stretch.id, .optional(list.userID), .optional(list.fingerprint), count,
                as: ReservationDetails.init(row:))
        } beyond: { stretch, count throws(APIError) in
            try all(
                """
                SELECT id, resid, parent_resid, tenant, client_id, client_user_id, host, public_key_fingerprint,
                       expires_at, created, updated
                FROM reservations
                WHERE tenant = $1 AND client_id >= $2 AND client_id <= $3
                  AND (CAST($4 AS TEXT) IS NULL OR client_user_id = $4)
                  AND (CAST($5 AS TEXT) IS NULL OR public_key_fingerprint = $5)
                ORDER BY client_id, id LIMIT $6
                """,
                .text(tenant), stretch.successor(0), stretch.end(0), .optional(list.userID),
                .optional(list.fingerprint), count, as: ReservationDetails.init(row:))
        } key: {
            [$0.clientID, "\($0.id)"]
        }
    }

    package func insertReservation(_ reservation: NewReservation) throws(APIError) {
        let key = reservation.key
        try execute(
            """
            INSERT INTO reservations
                (resid, parent_resid, tenant, client_id, client_user_id, host, public_key_fingerprint, expires_at,
                 created, updated, user_mfa_id, pubkey_id)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, $11)
            """,
            .text(reservation.id), .text(reservation.parentID), .text(key.tenant), .text(key.clientID),
            .text(reservation.userID), .text(key.host), .text(key.fingerprint), .time(reservation.expiresAt),
            .time(now), .integer(reservation.userMFA), .integer(key.id))
        try audit(
            "reservation created", tenant: key.tenant, subject: "reservation \(reservation.id)",
            new: "user \(reservation.userID), \(key.fingerprint) on \(key.host), until \(reservation.expiresAt)")
    }

    /// Deletes one reservation; those below it stay.
    package func deleteReservation(tenant: String, clientID: String, id: String) throws(APIError) -> Int {
        let deleted = try execute(
            "DELETE FROM reservations WHERE tenant = $1 AND client_id = $2 AND resid = $3",
            .text(tenant), .text(clientID), .text(id))
        if deleted > 0 {
            try audit(
                "reservation deleted", tenant: tenant, subject: "reservation \(id)", old: "client \(clientID)")
        }
        return deleted
    }

    /// Deletes a reservation and those below it, even if it is gone itself.
    package func deleteReservations(tenant: String, clientID: String, relatedTo id: String) throws(APIError) -> Int {
        // The casts keep SQLite from reading all of the client's reservations by reservations_list: few are related.
        let deleted = try execute(
            """
            DELETE FROM reservations
            WHERE (resid = $3 OR parent_resid = $3) AND CAST(tenant AS TEXT) = $1 AND CAST(client_id AS TEXT) = $2
            """,
            .text(tenant), .text(clientID), .text(id))
        if deleted > 0 {
            try audit(
                "reservations deleted", tenant: tenant, subject: "reservation \(id) and those below it",
                old: "client \(clientID), \(deleted) in all")
        }
        return deleted
    }
}

extension ReservationDetails {
    fileprivate init(row: any SQLRow) {
        self.init()
        id = row.int32(0)
        reservationID = row.text(1)
        parentID = row.text(2)
        tenant = row.text(3)
        clientID = row.text(4)
        userID = row.text(5)
        host = row.text(6)
        fingerprint = row.text(7)
        expiresAt = row.time(8)
        created = row.time(9)
        updated = row.time(10)
    }
}
