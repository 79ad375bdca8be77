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
        try first(
            """
            SELECT id, tenant, app_name, app_version, client_id, enabled, created, updated
            FROM clients WHERE tenant = $1 AND client_id = $2
            """,
            .text(tenant), .text(clientID)
        ) { row in
            var client = ClientDetails()
            client.id = row.int32(0)
            client.tenant = row.text(1)
            client.appName = row.text(2)
            client.appVersion = row.text(3)
            client.clientID = row.text(4)
            client.isEnabled = row.flag(5)
            client.created = row.time(6)
            client.updated = row.time(7)
            return client
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
}
