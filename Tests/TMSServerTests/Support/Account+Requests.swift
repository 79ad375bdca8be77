import TMSAPI
import TMSService
import TestSupport

/// A request of any operation of the catalogue, made from its own description with the names of an account in it.
struct CatalogueRequest {
    let operation: Operation
    let path: String
    let body: String?

    /// - Parameter account: whose tenant, client and user the request is about.
    init(_ operation: Operation, about account: Account) {
        let names: [String: JSONValue] = [
            "tenant": .string(account.tenant), "client_id": .string(account.client),
            "tms_user_id": .string(account.user), "client_user_id": .string(account.user),
            "host": .string(account.host), "host_account": .string(account.account),
            // Nobody yet: a request in the tenant default must not change the administrator that other tests come as.
            "admin_id": .string("admin-\(account.tenant)"),
        ]
        let segments = operation.path.segments.map { segment in
            switch segment {
            case .fixed(let word): word
            case .parameter(let name):
                operation.parameters.first { $0.name == name }?.example(replacing: names).parameterText ?? "?"
            }
        }
        let query = operation.parameters.filter { $0.place == .query && $0.isRequired }
            .map { "\($0.name)=\($0.example(replacing: names).parameterText)" }
        self.operation = operation
        path =
            PathTemplate.prefix + segments.joined(separator: "/") + (query.isEmpty ? "" : "?")
            + query.joined(separator: "&")
        body = operation.body.map { String(decoding: $0.example(replacing: names).json, as: UTF8.self) }
    }

    func send(to wire: Wire, headers: [String: String]) async throws -> Wire.Answer {
        try await wire.send(operation.method.rawValue, path, headers: headers, body: body)
    }
}

extension JSONValue {
    fileprivate var parameterText: String {
        switch self {
        case .string(let text), .number(let text): text
        case .bool(let flag): flag ? "true" : "false"
        case .null, .array, .object: "?"
        }
    }
}

extension Account {
    /// Another client of the tenant, which may act for the user too.
    func addClient(_ id: String, secret: String) throws {
        try change(
            """
            INSERT INTO clients (tenant, app_name, app_version, client_id, client_secret, enabled, created, updated)
                VALUES ('{t}', 'app of \(id)', '1.0', '\(id)', '\(SecretHash(of: secret).hexadecimal)', 1, 0, 0);
            INSERT INTO delegations
                (tenant, client_id, client_user_id, expires_at, created, updated, client_row_id, user_mfa_id)
                SELECT '{t}', '\(id)', '\(user)', \(Self.never), 0, 0, c.id, m.id
                FROM clients c, user_mfa m
                WHERE c.tenant = '{t}' AND m.tenant = '{t}' AND c.client_id = '\(id)' AND m.tms_user_id = '\(user)';
            """)
    }

    func disableTenant() throws {
        try change("UPDATE tenants SET enabled = 0 WHERE tenant = '{t}'")
    }

    func disableClient() throws {
        try change("UPDATE clients SET enabled = 0 WHERE tenant = '{t}'")
    }
}
