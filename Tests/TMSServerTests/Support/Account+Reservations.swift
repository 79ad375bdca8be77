import TestSupport

extension Account {
    /// Operation 40; members given replace its own.
    func reserve(_ fingerprint: String, _ changes: [String: String] = [:]) async throws -> Wire.Answer {
        try await asClient("POST", "reservations", reservationBody(fingerprint, ["ttl_minutes": "60"], changes))
    }

    /// Operation 41; members given replace its own.
    func extend(
        _ parent: String, of fingerprint: String, _ changes: [String: String] = [:]
    ) async throws -> Wire.Answer {
        try await asClient(
            "POST", "reservations/extend",
            reservationBody(fingerprint, ["parent_resid": "\"\(parent)\""], changes))
    }

    private func reservationBody(
        _ fingerprint: String, _ members: [String: String], _ changes: [String: String]
    ) -> String {
        let own = [
            "client_user_id": "\"\(user)\"", "host": "\"\(host)\"", "public_key_fingerprint": "\"\(fingerprint)\"",
        ]
        let all = own.merging(members) { $1 }.merging(changes) { $1 }
        return "{" + all.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", ") + "}"
    }

    /// The id of a new reservation of a key.
    func reservation(of fingerprint: String) async throws -> String {
        let answer = try await reserve(fingerprint)
        guard answer.status == 201, let id = answer["resid"] else { throw TestServer.Failure(answer.text) }
        return id
    }

    /// The id of a new reservation below another one.
    func reservation(below parent: String, of fingerprint: String) async throws -> String {
        let answer = try await extend(parent, of: fingerprint)
        guard answer.status == 201, let id = answer["resid"] else { throw TestServer.Failure(answer.text) }
        return id
    }

    /// How many the tenant has.
    var reservationCount: Int {
        get throws { try number("SELECT COUNT(*) FROM reservations WHERE tenant = $1") }
    }
}
