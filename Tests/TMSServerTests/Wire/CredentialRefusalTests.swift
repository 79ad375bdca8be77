import TMSAPI
import TestSupport
import Testing

/// Who may not make keys, in the order in which it is judged: headers, tenant, secret.
@Suite struct CredentialRefusalTests {
    private func create(_ account: Account, _ headers: [String: String]) async throws -> Wire.Answer {
        try await account.wire.create(headers: headers)
    }

    @Test(arguments: [nil, ""])
    func clientHeaderIsNamedFirst(value: String?) async throws {
        let account = try Account(on: try await Servers.shared())
        var headers = account.clientHeaders
        headers[Header.clientID] = value
        headers[Header.tenant] = nil
        expectRefusal(try await create(account, headers), 400, "Required 'X-TMS-CLIENT-ID' HTTP header not found")
    }

    @Test func tenantHeaderIsRequired() async throws {
        let account = try Account(on: try await Servers.shared())
        var headers = account.clientHeaders
        headers[Header.tenant] = nil
        expectRefusal(try await create(account, headers), 400, "Required 'X-TMS-TENANT' HTTP header not found")
    }

    @Test func defaultTenantStandsInForTheHeader() async throws {
        let wire = Wire(try await Servers.shared(["default_tenant=test"]).url)
        var headers = TestServer.clientHeaders
        headers[Header.tenant] = nil
        #expect(try await wire.create(headers: headers).status == 201)
        headers[Header.tenant] = "default"
        expectRefusal(try await wire.create(headers: headers), 401)
    }

    @Test func unknownTenantIsNotEnabled() async throws {
        let account = try Account(on: try await Servers.shared())
        let headers = account.clientHeaders.merging([Header.tenant: "none"]) { $1 }
        expectRefusal(try await create(account, headers), 400, "Tenant not enabled.")
    }

    @Test func disabledTenantIsNotEnabled() async throws {
        let account = try Account(on: try await Servers.shared())
        try account.change("UPDATE tenants SET enabled = 0 WHERE tenant = '{t}'")
        expectRefusal(try await create(account, account.clientHeaders), 400, "Tenant not enabled.")
    }

    /// A tenant disabled by another process while its client's credential is remembered.
    @Test func tenantDisabledLaterIsSeenSoon() async throws {
        let account = try Account(on: try await Servers.shared())
        #expect(try await account.create().status == 201)
        try account.change("UPDATE tenants SET enabled = 0 WHERE tenant = '{t}'")
        #expect(try await eventually { try await account.create().status == 400 })
    }

    @Test(arguments: ["wrong", "", "A SECRET OF THE CLIENT"])
    func wrongSecret(secret: String) async throws {
        let account = try Account(on: try await Servers.shared())
        let headers = account.clientHeaders.merging([Header.clientSecret: secret]) { $1 }
        expectRefusal(
            try await create(account, headers), 401,
            "ERROR: NOT AUTHORIZED Credential mismatch for client client in tenant \(account.tenant).")
    }

    @Test func missingSecretHeader() async throws {
        let account = try Account(on: try await Servers.shared())
        var headers = account.clientHeaders
        headers[Header.clientSecret] = nil
        expectRefusal(try await create(account, headers), 401)
    }

    @Test func unknownClientIsAnsweredLikeAWrongSecret() async throws {
        let account = try Account(on: try await Servers.shared())
        let headers = account.clientHeaders.merging([Header.clientID: "nobody"]) { $1 }
        expectRefusal(
            try await create(account, headers), 401,
            "ERROR: NOT AUTHORIZED Credential mismatch for client nobody in tenant \(account.tenant).")
    }

    @Test func clientOfAnotherTenantIsNobody() async throws {
        let server = try await Servers.shared()
        let account = try Account(on: server)
        let headers = account.clientHeaders.merging([Header.tenant: "test"]) { $1 }
        expectRefusal(try await create(account, headers), 401)
    }

    @Test func disabledClientIsNobody() async throws {
        let account = try Account(on: try await Servers.shared())
        try account.change("UPDATE clients SET enabled = 0 WHERE tenant = '{t}'")
        expectRefusal(try await create(account, account.clientHeaders), 401)
    }

    @Test func clientDisabledLaterIsSeenSoon() async throws {
        let account = try Account(on: try await Servers.shared())
        #expect(try await account.create().status == 201)
        try account.change("UPDATE clients SET enabled = 0 WHERE tenant = '{t}'")
        #expect(try await eventually { try await account.create().status == 401 })
    }

    @Test func secretChangedLaterIsSeenSoon() async throws {
        let account = try Account(on: try await Servers.shared())
        #expect(try await account.create().status == 201)
        try account.change("UPDATE clients SET client_secret = 'changed' WHERE tenant = '{t}'")
        #expect(try await eventually { try await account.create().status == 401 })
    }

    @Test func administratorMakesNoKeys() async throws {
        let account = try Account(on: try await Servers.shared())
        expectRefusal(
            try await create(account, account.adminHeaders), 400, "Required 'X-TMS-CLIENT-ID' HTTP header not found")
        let both = account.adminHeaders.merging([Header.clientID: "client", Header.clientSecret: "wrong"]) { $1 }
        expectRefusal(try await create(account, both), 401)
    }

    @Test func administratorAsClientIsNobody() async throws {
        let account = try Account(on: try await Servers.shared())
        let headers = [
            Header.tenant: account.tenant, Header.clientID: "~~admin", Header.clientSecret: account.adminSecret,
        ]
        expectRefusal(try await create(account, headers), 401)
    }
}
