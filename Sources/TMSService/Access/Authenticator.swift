package import TMSAPI
package import TMSStore

/// Finds out who a request comes from, and whether its operation's policy lets them call.
package final class Authenticator: Sendable {
    private let store: Store
    private let defaultTenant: String?
    private let cache: CredentialCache

    init(store: Store, settings: Settings) {
        self.store = store
        defaultTenant = settings.defaultTenant
        cache = CredentialCache(
            entriesMax: settings.credentialCacheMax, ageMaxSeconds: settings.credentialCacheSeconds)
    }

    /// How many principals' credentials are in memory.
    package var rememberedCredentials: Int { cache.count }

    /// What an operation asks of its caller.
    package struct Policy: Sendable {
        package let access: Access
        /// The client whose record the call is about, if it is about one.
        package let owner: String?
        /// The end of a 401's text, with the tenant and client filled in.
        package let denied: @Sendable (_ tenant: String) -> String

        package init(access: Access, owner: String? = nil, denied: @escaping @Sendable (_ tenant: String) -> String) {
            self.access = access
            self.owner = owner
            self.denied = denied
        }
    }

    /// Checks in the order that callers know: headers (400), tenant (400), secret (401), ownership (403).
    package func authorize(
        _ credentials: Credentials, _ policy: Policy, on lane: StoreLane, request: RequestID,
        then completion: @escaping (Result<Principal, APIError>) -> Void
    ) {
        if policy.access == .anyone { return completion(.success(.anyone)) }
        if policy.access == .client && credentials.clientID.isEmpty {
            return completion(.failure(.missingHeader(Header.clientID)))
        }
        let tenant = credentials.tenant.isEmpty ? defaultTenant ?? "" : credentials.tenant
        if tenant.isEmpty { return completion(.failure(.missingHeader(Header.tenant))) }

        var candidates: [Candidate] = []
        if policy.access.acceptsClient, !credentials.clientID.isEmpty {
            candidates.append(
                Candidate(kind: .client, tenant: tenant, id: credentials.clientID, secret: credentials.clientSecret))
        }
        if policy.access.acceptsAdmin, !credentials.adminID.isEmpty {
            candidates.append(
                Candidate(kind: .admin, tenant: tenant, id: credentials.adminID, secret: credentials.adminSecret))
        }
        // With no credential at all a disabled tenant is still named before the missing credential.
        if candidates.isEmpty { candidates = [Candidate(kind: .client, tenant: tenant, id: "", secret: "")] }
        check(candidates[...], of: tenant, policy, on: lane, request: request, refusal: nil, then: completion)
    }

    /// Tries the candidates in order; the first that permits the call wins (design.md section 6).
    /// - Parameter refusal: why an earlier candidate, whose secret was right, was not enough.
    private func check(
        _ candidates: ArraySlice<Candidate>, of tenant: String, _ policy: Policy, on lane: StoreLane,
        request: RequestID,
        refusal: APIError?, then completion: @escaping (Result<Principal, APIError>) -> Void
    ) {
        guard let candidate = candidates.first else {
            return completion(.failure(refusal ?? .notAuthorized(policy.denied(tenant))))
        }
        record(of: candidate.key, on: lane, request: request) { result in
            switch result {
            case .failure(let error): completion(.failure(error))
            case .success(let record):
                guard record.tenantIsEnabled else { return completion(.failure(.tenantNotEnabled)) }
                var refusal = refusal
                if candidate.isProven(by: record) {
                    if candidate.mayTouch(policy.owner) { return completion(.success(candidate.principal)) }
                    refusal = .notOwner(client: policy.owner ?? "", tenant: tenant)
                }
                self.check(
                    candidates.dropFirst(), of: tenant, policy, on: lane, request: request, refusal: refusal,
                    then: completion)
            }
        }
    }

    /// From memory, or else from the database.
    private func record(
        of key: CredentialCache.Key, on lane: StoreLane, request: RequestID,
        then completion: @escaping (Result<CredentialCache.Record, APIError>) -> Void
    ) {
        let version = store.credentialsVersion
        if let record = cache.record(key, version: version, now: store.now) { return completion(.success(record)) }
        lane.read(as: Caller(.anyone, request: request)) { transaction throws(APIError) in
            let record = try Self.read(key, in: transaction)
            cache.remember(record, for: key, version: version, now: transaction.now)
            return record
        } then: {
            completion($0)
        }
    }

    private static func read(
        _ key: CredentialCache.Key, in transaction: Transaction
    ) throws(APIError) -> CredentialCache.Record {
        let isEnabled = try transaction.tenantIsEnabled(key.tenant)
        let hash: String?
        switch key.kind {
        case .admin: hash = try transaction.adminSecretHash(tenant: key.tenant, adminID: key.id)
        case .client:
            let client = try transaction.clientCredential(tenant: key.tenant, clientID: key.id)
            // A disabled client is nobody: it may not even learn that its secret is right.
            hash = client?.isEnabled == true ? client?.secretHash : nil
        }
        return .init(tenantIsEnabled: isEnabled, hash: hash.flatMap(SecretHash.init(hexadecimal:)))
    }

    private struct Candidate {
        let key: CredentialCache.Key
        let secret: String

        init(kind: CredentialCache.Key.Kind, tenant: String, id: String, secret: String) {
            key = CredentialCache.Key(kind: kind, tenant: tenant, id: id)
            self.secret = secret
        }

        func isProven(by record: CredentialCache.Record) -> Bool {
            guard let hash = record.hash, !secret.isEmpty else { return false }
            return hash.matches(SecretHash(of: secret))
        }

        /// Whether the principal may touch what belongs to the client `owner`.
        func mayTouch(_ owner: String?) -> Bool {
            key.kind == .admin || owner == nil || owner == key.id
        }

        var principal: Principal {
            switch key.kind {
            case .client: .client(id: key.id, tenant: key.tenant)
            case .admin: .admin(id: key.id, tenant: key.tenant)
            }
        }
    }
}

extension APIError {
    static let tenantNotEnabled = APIError(.badRequest, "Tenant not enabled.")

    static func notAuthorized(_ what: String) -> APIError {
        APIError(.unauthorized, "ERROR: NOT AUTHORIZED \(what)")
    }

    static func notOwner(client: String, tenant: String) -> APIError {
        APIError(
            .forbidden,
            "ERROR: FORBIDDEN - Path parameters (\(client)@\(tenant)) differ from those in the request header.")
    }

    static func missingHeader(_ name: String) -> APIError {
        APIError(.badRequest, "Required '\(name)' HTTP header not found")
    }
}
