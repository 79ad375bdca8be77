package import Primitives
package import TMSAPI
package import TMSStore
internal import Telemetry

/// Finds out who a request comes from.
package final class Authenticator: Sendable {
    private let store: Store
    private let defaultTenant: String?
    private let cache: CredentialCache

    init(store: Store, settings: Settings, telemetry: Telemetry) {
        self.store = store
        defaultTenant = settings.defaultTenant
        cache = CredentialCache(
            entriesMax: settings.credentialCacheMax, ageMaxSeconds: settings.credentialCacheSeconds,
            metrics: telemetry.metrics)
    }

    /// How many principals' credentials are in memory.
    package var rememberedCredentials: Int { cache.count }

    /// Finds out who sends a request, as far as an operation of that access wants to know.
    ///
    /// Checks in the order that callers know: headers (400), tenant (400), secret (401). Whether those who were proven may
    /// call is up to ``Proven/principal(for:tenant:owner:reserved:in:)``, once it is known what the call is about.
    /// - Parameters:
    ///   - denied: the end of a 401's text, for the tenant of the request.
    ///   - deadline: when nobody waits for it any more.
    package func authenticate(
        _ credentials: Credentials, for access: Access, denied: @escaping (_ tenant: String) -> String,
        on lane: StoreLane, request: RequestID, until deadline: Deadline = .none,
        then completion: @escaping (Result<Proven, APIError>) -> Void
    ) {
        authenticate(credentials, for: access, denied, Known(), on: lane, request, deadline, completion)
    }

    /// Judges by what is in memory; whatever is missing there is read, and then everything is judged again.
    private func authenticate(
        _ credentials: Credentials, for access: Access, _ denied: @escaping (String) -> String, _ known: Known,
        on lane: StoreLane, _ request: RequestID, _ deadline: Deadline,
        _ completion: @escaping (Result<Proven, APIError>) -> Void
    ) {
        do throws(Undecided) {
            completion(.success(try judge(credentials, for: access, denied, known)))
        } catch {
            switch error {
            case .refused(let error): completion(.failure(error))
            case .unknown(let key):
                read(key, on: lane, request, deadline) { [self] record in
                    switch record {
                    case .failure(let error): completion(.failure(error))
                    case .success(let record):
                        let known = known.with(record, for: key)
                        authenticate(credentials, for: access, denied, known, on: lane, request, deadline, completion)
                    }
                }
            }
        }
    }

    // MARK: Judging

    /// Records read for one request. Not all of them get into the cache.
    private struct Known {
        private(set) var records: [CredentialCache.Key: CredentialCache.Record] = [:]

        func with(_ record: CredentialCache.Record, for key: CredentialCache.Key) -> Known {
            var known = self
            known.records[key] = record
            return known
        }
    }

    private enum Undecided: Error {
        case refused(APIError)
        /// Cannot be told without that record.
        case unknown(CredentialCache.Key)
    }

    private func judge(
        _ credentials: Credentials, for access: Access, _ denied: (String) -> String, _ known: Known
    ) throws(Undecided) -> Proven {
        let isAnyone = access == .anyone || access == .registration && credentials.adminID.isEmpty
        if isAnyone { return Proven(.anyone) }
        if access == .client && credentials.clientID.isEmpty { throw .refused(.missingHeader(Header.clientID)) }
        let tenant = credentials.tenant.isEmpty ? defaultTenant ?? "" : credentials.tenant
        if tenant.isEmpty { throw .refused(.missingHeader(Header.tenant)) }

        let client =
            access.acceptsClient
            ? try prove(.client, credentials.clientID, credentials.clientSecret, of: tenant, known) : nil
        let admin =
            access.acceptsAdmin
            ? try prove(.admin, credentials.adminID, credentials.adminSecret, of: tenant, known) : nil
        if let client { return Proven(client, admin) }
        if let admin { return Proven(admin) }
        // With no credential at all a disabled tenant is still named before the missing credential.
        try requireEnabled(try record(.init(kind: .client, tenant: tenant, id: ""), known))
        throw .refused(.notAuthorized(denied(tenant)))
    }

    /// The principal whose secret was sent; nil when none was, or a wrong one.
    private func prove(
        _ kind: CredentialCache.Key.Kind, _ id: String, _ secret: String, of tenant: String, _ known: Known
    ) throws(Undecided) -> Principal? {
        guard !id.isEmpty else { return nil }
        let record = try record(.init(kind: kind, tenant: tenant, id: id), known)
        try requireEnabled(record)
        guard record.isProven(by: secret, now: store.now) else { return nil }
        return kind == .client ? .client(id: id, tenant: tenant) : .admin(id: id, tenant: tenant)
    }

    private func requireEnabled(_ record: CredentialCache.Record) throws(Undecided) {
        if !record.tenantIsEnabled { throw .refused(.tenantNotEnabled) }
    }

    // MARK: Records

    private func record(
        _ key: CredentialCache.Key, _ known: Known
    ) throws(Undecided) -> CredentialCache.Record {
        if let record = known.records[key] { return record }
        guard let record = cache.record(key, version: store.credentialsVersion, now: store.now) else {
            throw .unknown(key)
        }
        return record
    }

    private func read(
        _ key: CredentialCache.Key, on lane: StoreLane, _ request: RequestID, _ deadline: Deadline,
        then completion: @escaping (Result<CredentialCache.Record, APIError>) -> Void
    ) {
        let version = store.credentialsVersion
        lane.read(as: Caller(.anyone, request: request), until: deadline, key) {
            [cache] key, transaction throws(APIError) in
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
