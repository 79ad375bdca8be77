package import TMSAPI

extension Transaction {
    /// Whether a reservation of the key is in force, so that work may outlive the key's or the MFA record's expiry.
    package func hasLiveReservation(pubkey: Int64) throws(APIError) -> Bool {
        try first(
            "SELECT 1 FROM reservations WHERE pubkey_id = $1 AND expires_at >= $2 LIMIT 1",
            .integer(pubkey), .time(now)
        ) { _ in true } ?? false
    }
}
