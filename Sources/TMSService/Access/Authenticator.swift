package import TMSAPI
package import TMSStore

/// Finds out who a request comes from.
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

    /// Finds out who sends a request, as far as an operation of that access wants to know.
    ///
    /// Checks in the order that callers know: headers (400), tenant (400), secret (401). Whether those who were proven may
    /// call is up to ``Proven/principal(for:tenant:owner:reserved:in:)``, once it is known what the call is about.
    /// - Parameter denied: the end of a 401's text, for the tenant of the request.
    package func authenticate(
        _ credentials: Credentials, for access: Access, denied: @escaping (_ tenant: String) -> String,
        on lane: StoreLane, request: RequestID, then completion: @escaping (Result<Proven, APIError>) -> Void
    ) {
        let isAnyone = access == .anyone || access == .registration && credentials.adminID.isEmpty
        if isAnyone { return completion(.success(Proven(.anyone))) }
        if access == .client && credentials.clientID.isEmpty {
            return completion(.failure(.missingHeader(Header.clientID)))
        }
        let tenant = credentials.tenant.isEmpty ? defaultTenant ?? "" : credentials.tenant
        if tenant.isEmpty { return completion(.failure(.missingHeader(Header.tenant))) }

        prove(
            access.acceptsClient, .client, credentials.clientID, credentials.clientSecret, of: tenant, on: lane, request
        ) { [self] client in
            guard case .success(let client) = client else { return completion(client.map { _ in Proven(.anyone) }) }
            prove(
                access.acceptsAdmin, .admin, credentials.adminID, credentials.adminSecret, of: tenant, on: lane, request
            ) { [self] admin in
                switch (client, admin) {
                case (_, .failure(let error)): completion(.failure(error))
                case (let client?, .success(let admin)): completion(.success(Proven(client, admin)))
                case (nil, .success(let admin?)): completion(.success(Proven(admin)))
                case (nil, .success(nil)):
                    // With no credential at all a disabled tenant is still named before the missing credential.
                    checkTenant(tenant, on: lane, request) { open in
                        completion(open.flatMap { .failure(.notAuthorized(denied(tenant))) })
                    }
                }
            }
        }
    }

    /// The principal whose secret was sent; nil when none was, or a wrong one.
    private func prove(
        _ isAccepted: Bool, _ kind: CredentialCache.Key.Kind, _ id: String, _ secret: String, of tenant: String,
        on lane: StoreLane, _ request: RequestID, then completion: @escaping (Result<Principal?, APIError>) -> Void
    ) {
        guard isAccepted, !id.isEmpty else { return completion(.success(nil)) }
        record(of: .init(kind: kind, tenant: tenant, id: id), on: lane, request: request) { [self] record in
            completion(
                record.flatMap { record in
                    guard record.tenantIsEnabled else { return .failure(.tenantNotEnabled) }
                    guard record.isProven(by: secret, now: store.now) else { return .success(nil) }
                    return .success(kind == .client ? .client(id: id, tenant: tenant) : .admin(id: id, tenant: tenant))
                })
        }
    }

    private func checkTenant(
        _ tenant: String, on lane: StoreLane, _ request: RequestID,
        then completion: @escaping (Result<Void, APIError>) -> Void
    ) {
        record(of: .init(kind: .client, tenant: tenant, id: ""), on: lane, request: request) { record in
            completion(record.flatMap { $0.tenantIsEnabled ? .success(()) : .failure(.tenantNotEnabled) })
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
        switch key.kind {
        case .admin:
            let hash = try transaction.adminSecretHash(tenant: key.tenant, adminID: key.id)
            return .init(tenantIsEnabled: isEnabled, hash: hash.flatMap(SecretHash.init(hexadecimal:)))
        case .client:
            // A disabled client is nobody: it may not even learn that its secret is right.
            guard let client = try transaction.clientCredential(tenant: key.tenant, clientID: key.id), client.isEnabled
            else { return .init(tenantIsEnabled: isEnabled, hash: nil) }
            return .init(
                tenantIsEnabled: isEnabled, hash: SecretHash(hexadecimal: client.secretHash),
                oldHash: client.oldSecretHash.flatMap(SecretHash.init(hexadecimal:)),
                oldHashExpiresAt: client.oldSecretExpiresAt)
        }
    }
}

extension APIError {
    static let tenantNotEnabled = APIError(.badRequest, "Tenant not enabled.")

    static func notAuthorized(_ what: String) -> APIError {
        APIError(.unauthorized, "ERROR: NOT AUTHORIZED \(what)")
    }

    static func missingHeader(_ name: String) -> APIError {
        APIError(.badRequest, "Required '\(name)' HTTP header not found")
    }
}
