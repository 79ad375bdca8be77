import TMSAPI
import TestSupport
import Testing

/// Every operation with every kind of caller. Who may do what is read from the endpoints; nothing is listed here by hand.
@Suite struct AuthorizationTests {
    /// What callers can prove about themselves.
    enum CallerKind: CaseIterable, CustomTestStringConvertible {
        case nobody
        case tenantOnly
        case wrongSecrets
        case ownClient
        case otherClient
        case admin
        case adminOfAnotherTenant
        case adminOfDefault
        case clientAndAdmin
        case disabledClient
        case disabledTenant

        var testDescription: String { "\(self)" }

        func headers(_ account: Account) async throws -> [String: String] {
            switch self {
            case .nobody: return [:]
            case .tenantOnly: return [Header.tenant: account.tenant]
            case .wrongSecrets:
                return account.clientHeaders.merging(account.adminHeaders) { $1 }
                    .merging([Header.clientSecret: "wrong", Header.adminSecret: "wrong"]) { $1 }
            case .ownClient: return account.clientHeaders
            case .otherClient:
                try account.addClient("other", secret: "of the other")
                return [
                    Header.tenant: account.tenant, Header.clientID: "other", Header.clientSecret: "of the other",
                ]
            case .admin: return account.adminHeaders
            case .adminOfAnotherTenant: return try Account(on: account.server).adminHeaders
            case .adminOfDefault: return try account.server.defaultAdminHeaders()
            case .clientAndAdmin: return account.clientHeaders.merging(account.adminHeaders) { $1 }
            case .disabledClient:
                try account.disableClient()
                return account.clientHeaders
            case .disabledTenant:
                try account.disableTenant()
                return account.clientHeaders.merging(account.adminHeaders) { $1 }
            }
        }

        var isClient: Bool {
            switch self {
            case .ownClient, .otherClient, .clientAndAdmin, .disabledTenant, .wrongSecrets, .disabledClient: true
            case .nobody, .tenantOnly, .admin, .adminOfAnotherTenant, .adminOfDefault: false
            }
        }

        var isAdmin: Bool {
            switch self {
            case .admin, .adminOfAnotherTenant, .adminOfDefault, .clientAndAdmin, .disabledTenant, .wrongSecrets: true
            case .nobody, .tenantOnly, .ownClient, .otherClient, .disabledClient: false
            }
        }

        /// The refusal that the operation's access asks for; nil when the caller may call it.
        func refusal(by operation: Operation) -> Int? {
            let access = operation.access
            if access == .anyone { return nil }
            // Whoever comes without an administrator's name may register only where the setting lets them.
            if access == .registration && !isAdmin { return 401 }
            if access == .client && !isClient { return 400 }
            switch self {
            case .nobody, .disabledTenant: return 400
            case .tenantOnly, .wrongSecrets, .disabledClient: return 401
            case .ownClient, .otherClient:
                guard access.acceptsClient else { return 401 }
                return self == .otherClient && operation.namesOwner ? 403 : nil
            case .admin: return !access.acceptsAdmin ? 401 : access == .defaultAdmin ? 403 : nil
            case .clientAndAdmin: return access == .defaultAdmin ? 403 : nil
            case .adminOfAnotherTenant:
                return !access.acceptsAdmin ? 401 : operation.namesTenant || access == .defaultAdmin ? 403 : nil
            case .adminOfDefault:
                return !access.acceptsAdmin ? 401 : operation.namesTenant && !access.crossesTenants ? 403 : nil
            }
        }
    }

    @Test(arguments: Catalogue.operations.map(\.id), CallerKind.allCases)
    func callerIsServedOrRefusedAsTheEndpointSays(id: String, caller: CallerKind) async throws {
        let operation = try #require(Catalogue.operations.first { $0.id == id })
        let account = try Account(on: try await Servers.shared())
        let headers = try await caller.headers(account)
        let before = try account.rowsWithAudit()
        let answer = try await CatalogueRequest(operation, about: account).send(to: account.wire, headers: headers)
        if let status = caller.refusal(by: operation) {
            expectRefusal(answer, status)
            #expect(try account.rowsWithAudit() == before)
        } else {
            // Allowed: done, or refused for what it is about and not for who asks.
            let others = [404, 409, 422].filter { status in operation.refusals.contains { $0.rawValue == status } }
            #expect(([operation.success.rawValue] + others).contains(answer.status), "\(answer.text)")
        }
    }
}

extension Account {
    /// How many rows the tenant has, its audit trail included: what a refused call must leave alone.
    fileprivate func rowsWithAudit() throws -> Int {
        try number(
            """
            SELECT (SELECT COUNT(*) FROM tenants WHERE tenant = $1) + (SELECT COUNT(*) FROM admin WHERE tenant = $1)
                + (SELECT COUNT(*) FROM clients WHERE tenant = $1) + (SELECT COUNT(*) FROM user_mfa WHERE tenant = $1)
                + (SELECT COUNT(*) FROM user_hosts WHERE tenant = $1)
                + (SELECT COUNT(*) FROM delegations WHERE tenant = $1)
                + (SELECT COUNT(*) FROM hosts WHERE tenant = $1) + (SELECT COUNT(*) FROM pubkeys WHERE tenant = $1)
                + (SELECT COUNT(*) FROM reservations WHERE tenant = $1)
                + 1000 * (SELECT COUNT(*) FROM audit WHERE tenant = $1)
            """)
    }
}
