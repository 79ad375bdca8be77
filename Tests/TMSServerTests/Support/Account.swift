import Foundation
import TMSAPI
import TMSService
import TestSupport

/// A tenant of a test's own with a client, an administrator and a user who may use a key: so that tests which change
/// rows can share a server.
struct Account {
    let server: TestServer
    let tenant: String
    let client = "client"
    let secret = "a secret of the client"
    let adminSecret = "a secret of the administrator"
    let user = "alice"
    let host = "login.example.org"
    let account = "aalice"

    static let never = Timestamp.never.microseconds

    init(on server: TestServer) throws {
        self.server = server
        tenant = "t" + UUID().uuidString.lowercased()
        try change(
            """
            BEGIN IMMEDIATE;
            INSERT INTO tenants (tenant, enabled, created, updated) VALUES ('{t}', 1, 0, 0);
            INSERT INTO admin (tenant, admin_user, admin_secret, privilege, created, updated)
                VALUES ('{t}', '~~admin', '\(SecretHash(of: adminSecret).hexadecimal)', 'all', 0, 0);
            INSERT INTO clients
                (tenant, app_name, app_version, client_id, client_secret, enabled, created, updated)
                VALUES ('{t}', 'app', '1.0', '\(client)', '\(SecretHash(of: secret).hexadecimal)', 1, 0, 0);
            INSERT INTO user_mfa (tenant, tms_user_id, expires_at, enabled, created, updated)
                VALUES ('{t}', '\(user)', \(Self.never), 1, 0, 0);
            INSERT INTO user_hosts
                (tenant, tms_user_id, host, host_account, expires_at, created, updated, user_mfa_id)
                SELECT '{t}', '\(user)', '\(host)', '\(account)', \(Self.never), 0, 0, id
                FROM user_mfa WHERE tenant = '{t}';
            INSERT INTO delegations
                (tenant, client_id, client_user_id, expires_at, created, updated, client_row_id, user_mfa_id)
                SELECT '{t}', '\(client)', '\(user)', \(Self.never), 0, 0, c.id, m.id
                FROM clients c, user_mfa m WHERE c.tenant = '{t}' AND m.tenant = '{t}';
            COMMIT;
            """)
    }

    /// Changes the database as another process would; `{t}` stands for the tenant.
    func change(_ sql: String) throws {
        try server.changeDatabase(sql.replacingOccurrences(of: "{t}", with: tenant))
    }

    var wire: Wire { Wire(server.url) }

    var clientHeaders: [String: String] {
        [Header.tenant: tenant, Header.clientID: client, Header.clientSecret: secret]
    }

    var adminHeaders: [String: String] {
        [Header.tenant: tenant, Header.adminID: "~~admin", Header.adminSecret: adminSecret]
    }

    /// Operation 14 for the user.
    func create(_ changes: [String: String?] = [:], headers: [String: String] = [:]) async throws -> Wire.Answer {
        let own: [String: String?] = [
            "client_user_id": "\"\(user)\"", "host": "\"\(host)\"", "host_account": "\"\(account)\"",
        ]
        return try await wire.create(own.merging(changes) { $1 }, headers: clientHeaders.merging(headers) { $1 })
    }

    /// The fingerprint of a new key.
    func createdKey(_ changes: [String: String?] = [:]) async throws -> String {
        let answer = try await create(changes)
        guard let fingerprint = answer["public_key_fingerprint"] else { throw TestServer.Failure(answer.text) }
        return fingerprint
    }

    func retrieve(_ fingerprint: String, connection: String? = nil) async throws -> Wire.Answer {
        try await wire.retrieve(fingerprint, user: account, host: host, connection: connection)
    }
}
