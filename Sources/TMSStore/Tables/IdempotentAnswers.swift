package import TMSAPI

/// Whose answer it is, and what the client calls the request by that it answers.
package struct AnswerOwner: Sendable {
    package let tenant: String
    package let clientID: String
    package let idempotencyKey: String

    package init(tenant: String, clientID: String, idempotencyKey: String) {
        self.tenant = tenant
        self.clientID = clientID
        self.idempotencyKey = idempotencyKey
    }
}

extension Transaction {
    /// Whether an answer can be given again.
    package func hasAnswer(of owner: AnswerOwner) throws(APIError) -> Bool {
        try first(
            """
            SELECT 1 FROM idempotent_answers
            WHERE tenant = $1 AND client_id = $2 AND idempotency_key = $3 AND expires_at >= $4
            """,
            .text(owner.tenant), .text(owner.clientID), .text(owner.idempotencyKey), .time(now)
        ) { _ in true } ?? false
    }

    /// Takes the place of an answer, for ``keepAnswer(_:of:)`` in the same transaction. Another transaction that wants
    /// the same place waits for this one.
    /// - Parameters:
    ///   - request: tells requests apart.
    ///   - expiresAt: when the place is free again.
    /// - Returns: what stands there already.
    package func claimAnswer(
        of owner: AnswerOwner, request: String, expiresAt: Timestamp
    ) throws(APIError) -> (request: String, answer: String)? {
        try post(
            """
            DELETE FROM idempotent_answers
            WHERE tenant = $1 AND client_id = $2 AND idempotency_key = $3 AND expires_at < $4
            """,
            .text(owner.tenant), .text(owner.clientID), .text(owner.idempotencyKey), .time(now))
        let claimed = try execute(
            """
            INSERT INTO idempotent_answers (tenant, client_id, idempotency_key, request_hash, answer, expires_at)
            VALUES ($1, $2, $3, $4, '', $5) ON CONFLICT DO NOTHING
            """,
            .text(owner.tenant), .text(owner.clientID), .text(owner.idempotencyKey), .text(request), .time(expiresAt))
        if claimed > 0 { return nil }
        return try first(
            """
            SELECT request_hash, answer FROM idempotent_answers
            WHERE tenant = $1 AND client_id = $2 AND idempotency_key = $3
            """,
            .text(owner.tenant), .text(owner.clientID), .text(owner.idempotencyKey)
        ) { ($0.text(0), $0.text(1)) }
    }

    package func keepAnswer(_ answer: String, of owner: AnswerOwner) throws(APIError) {
        try post(
            """
            UPDATE idempotent_answers SET answer = $4
            WHERE tenant = $1 AND client_id = $2 AND idempotency_key = $3
            """,
            .text(owner.tenant), .text(owner.clientID), .text(owner.idempotencyKey), .text(answer))
    }
}
