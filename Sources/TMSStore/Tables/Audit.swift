package import TMSAPI

extension Transaction {
    /// Appends to the audit trail, in the same transaction as what it tells of.
    /// - Parameters:
    ///   - action: what happened, "pubkey created".
    ///   - subject: the row it happened to, named as people name it. Never a secret.
    package func audit(
        _ action: String, tenant: String, subject: String, old: String? = nil, new: String? = nil
    ) throws(APIError) {
        try post(
            """
            INSERT INTO audit (at, tenant, caller, request_id, action, subject, old_value, new_value)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """,
            .time(now), .text(tenant), .text(caller.description), .text(caller.request.description), .text(action),
            .text(subject),
            .optional(old), .optional(new))
    }
}
