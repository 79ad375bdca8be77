import TMSAPI
import TestSupport

extension Account {
    /// Another client of the tenant with the same secret, and the user's delegation to it.
    /// - Returns: the headers it is authenticated by.
    func addClient(_ id: String) throws -> [String: String] {
        try change(
            """
            INSERT INTO clients (tenant, app_name, app_version, client_id, client_secret, enabled, created, updated)
                SELECT tenant, app_name, '\(id)', '\(id)', client_secret, 1, 0, 0 FROM clients
                WHERE tenant = '{t}' AND client_id = '\(client)';
            INSERT INTO delegations
                (tenant, client_id, client_user_id, expires_at, created, updated, client_row_id, user_mfa_id)
                SELECT '{t}', '\(id)', '\(user)', \(Self.never), 0, 0, c.id, m.id
                FROM clients c, user_mfa m
                WHERE c.tenant = '{t}' AND c.client_id = '\(id)' AND m.tenant = '{t}' AND m.tms_user_id = '\(user)';
            """)
        return [Header.tenant: tenant, Header.clientID: id, Header.clientSecret: secret]
    }

    /// A call of an operation with any headers.
    func call(
        _ method: String, _ path: String, as headers: [String: String], _ body: String? = nil
    ) async throws -> Wire.Answer {
        try await wire.send(method, "/v1/tms/" + path, headers: headers, body: body)
    }

    /// What names a key in the bodies of operations 18 and 19, further members behind it.
    func key(_ fingerprint: String, _ members: String = "", client: String? = nil, tenant: String? = nil) -> String {
        """
        {"client_id": "\(client ?? self.client)", "tenant": "\(tenant ?? self.tenant)", "host": "\(host)", \
        "public_key_fingerprint": "\(fingerprint)"\(members.isEmpty ? "" : ", " + members)}
        """
    }
}

extension Wire.Answer {
    /// A member that is an integer.
    func integer(_ name: String) -> Int? { json.integer(name) }
}

extension JSONValue {
    /// A member that is an integer.
    func integer(_ name: String) -> Int? {
        if case .number(let text)? = self[name] { Int(text) } else { nil }
    }

    /// A member that is a string.
    func string(_ name: String) -> String? {
        if case .string(let text)? = self[name] { text } else { nil }
    }

    /// The names of an object's members, in alphabetical order.
    var memberNames: [String] {
        guard case .object(let members) = self else { return [] }
        return members.map(\.name).sorted()
    }
}
