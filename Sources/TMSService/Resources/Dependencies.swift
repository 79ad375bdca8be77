internal import TMSAPI
internal import TMSStore

/// The rows that allow a key, by id.
struct Dependencies {
    let userMFA: Int64
    let userHost: Int64
    let delegation: Int64
}

extension Transaction {
    /// What a key needs before it may exist: the user's MFA record, their account on the host, and their delegation to
    /// the client, each in force (contract 1.5, operation 14).
    /// - Parameter inForce: false when it is enough that they exist, disabled or expired as they may be.
    /// - Throws: 403 that names the first one missing.
    func dependencies(
        tenant: String, clientID: String, userID: String, host: String, account: String, inForce: Bool = true
    ) throws(APIError) -> Dependencies {
        let rows = try dependencyRows(
            tenant: tenant, clientID: clientID, userID: userID, host: host, account: account)
        guard let mfa = rows.userMFA else {
            throw .missingDependency("user MFA record not found for user ID \(userID) in tenant \(tenant).")
        }
        guard mfa.isEnabled || !inForce else {
            throw .missingDependency("user MFA record for user ID \(userID) in tenant \(tenant) is disabled.")
        }
        guard mfa.expiresAt >= now || !inForce else {
            throw .missingDependency(
                "user MFA record for user ID '\(userID)' in tenant \(tenant) expired at \(mfa.expiresAt).")
        }
        // Spelled out only for whoever is refused.
        var link: String { "for user \(userID)@\(tenant) with account \(account) on host \(host)" }
        guard let userHost = rows.userHost else {
            throw .missingDependency("user host record not found \(link).")
        }
        guard userHost.expiresAt >= now || !inForce else {
            throw .missingDependency("user host record \(link) expired at \(userHost.expiresAt).")
        }
        var whose: String { "for client \(clientID) and client_user_id \(userID) in tenant \(tenant)" }
        guard let delegation = rows.delegation else {
            throw .missingDependency("delegation record not found \(whose).")
        }
        guard delegation.expiresAt >= now || !inForce else {
            throw .missingDependency("delegation record \(whose) expired at \(delegation.expiresAt).")
        }
        return Dependencies(userMFA: mfa.id, userHost: userHost.id, delegation: delegation.id)
    }

    /// MVP mode: makes what is missing, never expiring. What exists stays as it is, even if it refuses the key.
    ///
    /// Links only to the account of the user's own name, and never to a denied one: else any client could let itself
    /// in as anybody.
    /// - Throws: 403 for such an account, 400 for a name that may not be registered.
    func makeDependencies(for key: NewPubkey, deniedAccounts: Set<String>) throws(APIError) {
        let (tenant, clientID, userID, host, account) = (key.tenant, key.clientID, key.userID, key.host, key.account)
        let userMFAID: Int64
        if let mfa = try userMFA(tenant: tenant, userID: userID) {
            userMFAID = mfa.id
        } else {
            try Identifier.check(userID, field: "client_user_id")
            // Another server may have been quicker since we looked.
            var id = try insertUserMFA(tenant: tenant, userID: userID, expiresAt: .never)
            if id == nil { id = try userMFA(tenant: tenant, userID: userID)?.id }
            guard let id else { return }
            userMFAID = id
        }
        if try delegation(tenant: tenant, clientID: clientID, userID: userID) == nil {
            try insertDelegation(
                DelegationKey(tenant: tenant, clientID: clientID, userID: userID), expiresAt: .never,
                userMFA: userMFAID)
        }
        if try userHost(tenant: tenant, userID: userID, host: host, account: account) == nil {
            guard account == userID, !deniedAccounts.contains(account) else {
                throw APIError(
                    .forbidden,
                    "MVP mode links a user only to the account of the same name, and to no system account; "
                        + "an administrator can add a user host record.")
            }
            try Identifier.check(host, field: "host")
            try insertUserHost(
                UserHostKey(tenant: tenant, userID: userID, host: host, account: account), expiresAt: .never,
                userMFA: userMFAID)
        }
    }
}

extension APIError {
    fileprivate static func missingDependency(_ detail: String) -> APIError {
        APIError(.forbidden, "Missing or expired dependency: Required \(detail)")
    }
}
