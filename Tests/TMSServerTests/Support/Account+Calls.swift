import TMSAPI
import TMSStore
import TestSupport

extension Account {
    /// A call of an operation as the tenant's administrator.
    func asAdmin(_ method: String, _ path: String, _ body: String? = nil) async throws -> Wire.Answer {
        try await wire.send(method, "/v1/tms/" + path, headers: adminHeaders, body: body)
    }

    /// A call of an operation as the tenant's client.
    func asClient(_ method: String, _ path: String, _ body: String? = nil) async throws -> Wire.Answer {
        try await wire.send(method, "/v1/tms/" + path, headers: clientHeaders, body: body)
    }

    /// The number that a query about the tenant, its `$1`, gives beside the server.
    func number(_ sql: StaticString) throws -> Int {
        try server.number(sql, .text(tenant))
    }
}

extension Wire.Answer {
    /// A member that is an array of objects.
    func rows(_ name: String) -> [JSONValue] {
        if case .array(let rows)? = json[name] { rows } else { [] }
    }
}

/// Whether that is a new secret: 48 lower-case hexadecimal digits.
func isSecret(_ text: String?) -> Bool {
    text?.wholeMatch(of: /[0-9a-f]{48}/) != nil
}
