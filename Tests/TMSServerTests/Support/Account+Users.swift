import TestSupport

extension Account {
    /// Gives the tenant another user who may use a key: an MFA record, a link to an account, and a delegation to the
    /// client.
    /// - Parameter account: on the host; the one of the user's name, unless told otherwise.
    func addUser(_ user: String, account: String? = nil) async throws {
        let calls = [
            ("usermfa", body(["tms_user_id": user], minutes: -1)),
            ("userhosts", body(["tms_user_id": user, "host": host, "host_account": account ?? user], minutes: -1)),
            ("delegations", body(["client_id": client, "client_user_id": user], minutes: -1)),
        ]
        for (path, body) in calls {
            let answer = try await asAdmin("POST", path, body)
            guard answer.status == 201 else { throw TestServer.Failure("\(path): \(answer.text)") }
        }
    }
}
