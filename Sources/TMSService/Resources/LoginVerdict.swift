internal import TMSAPI
internal import TMSStore

/// What the rules say to somebody who logs in with a key.
enum LoginVerdict: Sendable {
    /// Not a key of ours for this account on this host.
    case notOurs
    case allowed(PubkeyLookup)
    /// Allowed once a use has been taken for this connection.
    case useNeeded(PubkeyLookup)
    case refused(PubkeyLookup, LoginRefusal)
}

/// Why. The raw value is what the login host's log will show.
enum LoginRefusal: String, CaseIterable, Sendable {
    case tenantDisabled = "its tenant is disabled"
    case clientDisabled = "its client is disabled"
    case mfaDisabled = "the user's MFA record is disabled"
    case mfaExpired = "the user's MFA record has expired"
    case userHostExpired = "the user's link to the account on this host has expired"
    case delegationExpired = "the user's delegation to the client has expired"
    case keyExpired = "the key has expired"
    case noUsesLeft = "the key has no uses left"
}

extension RetrievePubkey {
    /// What ``Transaction/judgeLogin(_:connection:)`` asks first.
    var firstQuestion: Question { PubkeyLookup.question(fingerprint: fingerprint, host: host, account: user) }
}

extension Transaction {
    /// Judges a login without changing anything.
    func judgeLogin(_ login: RetrievePubkey, connection: String) throws(APIError) -> LoginVerdict {
        if let key = try lookUpPubkey(fingerprint: login.fingerprint, host: login.host, account: login.user) {
            return try verdict(on: key, connection: connection)
        }
        let hosts = try hosts(alias: login.host, fingerprint: login.fingerprint, account: login.user)
        // Several tenants may call different hosts the same, and have a key of the same fingerprint there: none of them
        // can keep out the others, the first key that opens the account does.
        var refused: LoginVerdict?
        for host in hosts {
            guard let key = try lookUpPubkey(fingerprint: login.fingerprint, host: host, account: login.user) else {
                continue
            }
            let verdict = try verdict(on: key, connection: connection)
            guard case .refused = verdict else { return verdict }
            refused = refused ?? verdict
        }
        return refused ?? .notOurs
    }

    private func verdict(on key: PubkeyLookup, connection: String) throws(APIError) -> LoginVerdict {
        if let refusal = try refusal(of: key) { return .refused(key, refusal) }
        // The largest number of uses means any number: counting it would only wear out the disk.
        if key.usesMax == .max { return .allowed(key) }
        if try hasLoginTicket(pubkey: key.id, connection: connection) { return .allowed(key) }
        return key.usesRemaining > 0 ? .useNeeded(key) : .refused(key, .noUsesLeft)
    }

    /// Why the key must not be used now, its uses aside.
    ///
    /// The row that allowed the key may have expired while another, such as a wildcard, still allows it. A reservation
    /// in force outweighs the expiry of the key and of the MFA record, and nothing else.
    private func refusal(of key: PubkeyLookup) throws(APIError) -> LoginRefusal? {
        if !key.tenantIsEnabled { return .tenantDisabled }
        if !key.clientIsEnabled { return .clientDisabled }
        if !key.mfaIsEnabled { return .mfaDisabled }
        if key.userHostExpiresAt < now {
            let best = try userHost(tenant: key.tenant, userID: key.userID, host: key.host, account: key.account)
            if !isInForce(best) { return .userHostExpired }
        }
        if key.delegationExpiresAt < now {
            let best = try delegation(tenant: key.tenant, clientID: key.clientID, userID: key.userID)
            if !isInForce(best) { return .delegationExpired }
        }
        guard key.expiresAt < now || key.mfaExpiresAt < now else { return nil }
        if try hasLiveReservation(pubkey: key.id, userID: key.userID) { return nil }
        return key.expiresAt < now ? .keyExpired : .mfaExpired
    }

    private func isInForce(_ grant: Grant?) -> Bool {
        grant.map { $0.expiresAt >= now } ?? false
    }
}
