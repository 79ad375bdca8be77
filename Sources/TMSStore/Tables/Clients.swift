package import TMSAPI

/// What authentication needs to know of a client.
package struct ClientCredential: Sendable {
    /// SHA-512 of the secret, in hexadecimal.
    package let secretHash: String
    package let isEnabled: Bool
    /// The secret before the last change, which is good until a time.
    package let oldSecretHash: String?
    package let oldSecretExpiresAt: Timestamp?
}

extension Transaction {
    package func clientCredential(tenant: String, clientID: String) throws(APIError) -> ClientCredential? {
        try first(
            """
            SELECT client_secret, enabled, old_secret, old_secret_expires_at
            FROM clients WHERE tenant = $1 AND client_id = $2
            """,
            .text(tenant), .text(clientID)
        ) { row in
            ClientCredential(
                secretHash: row.text(0), isEnabled: row.flag(1), oldSecretHash: row.optionalText(2),
                oldSecretExpiresAt: row.optionalTime(3))
        }
    }

    package func client(tenant: String, clientID: String) throws(APIError) -> ClientDetails? {
        try first(ClientDetails.question(tenant: tenant, clientID: clientID), as: ClientDetails.init(row:))
    }

    /// Whether the tenant has a client that is that version of that application: there can be one.
    package func hasClient(tenant: String, appName: String, appVersion: String) throws(APIError) -> Bool {
        try first(
            "SELECT 1 FROM clients WHERE tenant = $1 AND app_name = $2 AND app_version = $3",
            .text(tenant), .text(appName), .text(appVersion)
        ) { _ in true } ?? false
    }

    /// By client id.
    /// - Parameter clientID: the only one that is wanted; nil for all.
    package func clients(
        tenant: String, only clientID: String?, _ list: ListClients
    ) throws(APIError) -> Page<ClientDetails> {
        try page(list.page, from: ["", "0"]) { after, count throws(APIError) in
            try all(
                """
                SELECT id, tenant, app_name, app_version, client_id, enabled, created, updated FROM clients
                WHERE tenant = $1 AND (client_id, id) > ($2, $3) AND (CAST($4 AS TEXT) IS NULL OR client_id = $4)
                  AND (CAST($5 AS BOOLEAN) IS NULL OR enabled = $5) AND (CAST($6 AS TEXT) IS NULL OR app_name = $6)
                ORDER BY client_id, id LIMIT $7
                """,
                .text(tenant), after.text(0), after.integer(1), .optional(clientID), .optional(list.enabled),
                .optional(list.appName), count, as: ClientDetails.init(row:))
        } key: {
            [$0.clientID, "\($0.id)"]
        }
    }

    package func insertClient(
        tenant: String, clientID: String, appName: String, appVersion: String, secretHash: String
    ) throws(APIError) {
        try execute(
            """
            INSERT INTO clients (tenant, app_name, app_version, client_id, client_secret, enabled, created, updated)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
            """,
            .text(tenant), .text(appName), .text(appVersion), .text(clientID), .text(secretHash), .flag(true),
            .time(now))
        try audit("client created", tenant: tenant, subject: "client \(clientID)", new: "\(appName) \(appVersion)")
    }

    /// - Throws: 409 when another client of the tenant is that version of the application.
    package func setAppVersion(_ appVersion: String, of client: ClientDetails) throws(APIError) {
        try execute(
            "UPDATE clients SET app_version = $2, updated = $3 WHERE id = $1",
            .integer(client.id), .text(appVersion), .time(now))
        try audit(
            "client updated", tenant: client.tenant, subject: "client \(client.clientID)",
            old: "app_version = \(client.appVersion)", new: "app_version = \(appVersion)")
    }

    package func setClient(_ client: ClientDetails, enabled: Bool) throws(APIError) {
        try execute(
            "UPDATE clients SET enabled = $2, updated = $3 WHERE id = $1",
            .integer(client.id), .flag(enabled), .time(now))
        try audit(
            "client updated", tenant: client.tenant, subject: "client \(client.clientID)",
            old: "enabled = \(client.isEnabled)", new: "enabled = \(enabled)")
    }

    /// - Parameter oldExpiresAt: until when the secret that is replaced stays good; nil ends it now. One that was
    ///   replaced earlier ends in any case.
    /// - Returns: false when there is no such client.
    package func setClientSecret(
        tenant: String, clientID: String, hash: String, oldExpiresAt: Timestamp?
    ) throws(APIError) -> Bool {
        let changed = try execute(
            """
            UPDATE clients SET
                old_secret = CASE WHEN $4 THEN client_secret END, old_secret_expires_at = $5,
                client_secret = $3, updated = $6
            WHERE tenant = $1 AND client_id = $2
            """,
            .text(tenant), .text(clientID), .text(hash), .flag(oldExpiresAt != nil), .optional(oldExpiresAt),
            .time(now))
        if changed > 0 {
            try audit(
                "client secret changed", tenant: tenant, subject: "client \(clientID)",
                old: oldExpiresAt.map { "good until \($0)" })
        }
        return changed > 0
    }

    /// Deletes a client with what hangs from it: delegations, their keys, those keys' reservations and tickets, and answers
    /// that would be given again to whoever is made under its name next.
    /// - Returns: how many clients.
    package func deleteClient(tenant: String, clientID: String) throws(APIError) -> Int {
        let deleted = try execute(
            "DELETE FROM clients WHERE tenant = $1 AND client_id = $2", .text(tenant), .text(clientID))
        // After the client: on PostgreSQL its row is had once the requests have ended that are about to keep an answer.
        try execute(
            "DELETE FROM idempotent_answers WHERE tenant = $1 AND client_id = $2", .text(tenant), .text(clientID))
        if deleted > 0 { try audit("client deleted", tenant: tenant, subject: "client \(clientID)") }
        return deleted
    }
}

extension ClientDetails {
    /// What ``Transaction/client(tenant:clientID:)`` asks.
    package static func question(tenant: String, clientID: String) -> Question {
        Question(
            """
            SELECT id, tenant, app_name, app_version, client_id, enabled, created, updated
            FROM clients WHERE tenant = $1 AND client_id = $2
            """,
            .text(tenant), .text(clientID))
    }

    fileprivate init(row: any SQLRow) {
        self.init()
        id = row.int32(0)
        tenant = row.text(1)
        appName = row.text(2)
        appVersion = row.text(3)
        clientID = row.text(4)
        isEnabled = row.flag(5)
        created = row.time(6)
        updated = row.time(7)
    }
}
