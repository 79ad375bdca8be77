extension Migration {
    /// Answers that are given again to whoever sends a request again (`Idempotency-Key`), for ten minutes.
    static let idempotentAnswers = Migration(
        name: "idempotent answers",
        script: """
            CREATE TABLE idempotent_answers (
                tenant {{text}} NOT NULL REFERENCES tenants (tenant) ON UPDATE CASCADE ON DELETE CASCADE,
                client_id {{text}} NOT NULL,
                idempotency_key {{text}} NOT NULL,
                request_hash {{text}} NOT NULL,
                answer {{text}} NOT NULL,
                expires_at {{time}} NOT NULL,
                PRIMARY KEY (tenant, client_id, idempotency_key)
            ) {{table}};
            CREATE INDEX idempotent_answers_expires_at ON idempotent_answers (expires_at);
            """)
}
