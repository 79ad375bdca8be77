internal import SSHKeys
package import TMSAPI
package import TMSStore

extension PubkeyRules {
    /// Makes a key pair and keeps its public half. The answer goes out after that is durable.
    package func create(
        _ call: Call<Nothing, CreatePubkey>, _ lane: StoreLane, _ respond: @escaping Respond<PubkeyCreated>
    ) {
        guard let algorithm = KeyAlgorithm(named: call.body.keyType?.text ?? "") else {
            return respond(.failure(APIError(.badRequest, "'key_type' must be one of \(KeyAlgorithm.choices)")))
        }
        do throws(APIError) {
            try lane.requireRoomForWrite(as: call.caller)
        } catch {
            return respond(.failure(error))
        }
        // An Ed25519 pair is made in less time than a change of threads takes; the others come from the pool.
        if algorithm == .ed25519 { return store(.ed25519(), for: call, on: lane, respond) }
        lane.read(as: call.caller, until: call.deadline, call) { call, transaction throws(APIError) in
            try requireDependencies(of: call, transaction)
        } then: { found in
            if case .failure(let error) = found { return respond(.failure(error)) }
            let completion = { (pair: Result<KeyPair, KeyPairPool.Failure>) in
                switch pair {
                case .success(let pair): store(pair, for: call, on: lane, respond)
                case .failure(let failure): respond(.failure(failure.apiError))
                }
            }
            keyPairs.take(algorithm, completion: lane.onLoop(completion))
        }
    }

    /// Sees to it that no pair is taken from the pool for a key that will be refused: anybody could empty it.
    ///
    /// What counts is what ``insert(_:_:)`` finds, in the transaction of the key.
    private func requireDependencies(
        of call: Call<Nothing, CreatePubkey>, _ transaction: Transaction
    ) throws(APIError) {
        // MVP mode makes what is missing, and a call that is repeated needs nothing any more.
        if settings.mvp { return }
        if let owner = call.answerOwner, try transaction.hasAnswer(of: owner) { return }
        let body = call.body
        _ = try transaction.dependencies(
            tenant: call.tenant, clientID: call.principal.clientID, userID: body.clientUserID, host: body.host,
            account: body.hostAccount)
    }

    private func store(
        _ pair: KeyPair, for call: Call<Nothing, CreatePubkey>, on lane: StoreLane,
        _ respond: @escaping Respond<PubkeyCreated>
    ) {
        let (body, principal) = (call.body, call.principal)
        let key = NewPubkey(
            tenant: principal.tenant, clientID: principal.clientID, userID: body.clientUserID, host: body.host,
            account: body.hostAccount, fingerprint: pair.fingerprint, publicKey: pair.publicLine,
            keyType: pair.algorithm.rawValue, keyBits: pair.algorithm.bits,
            usesMax: body.uses < 0 ? .max : body.uses, timeToLiveMinutes: body.timeToLiveMinutes)
        lane.write(as: call.caller, until: call.deadline) { transaction throws(APIError) in
            try transaction.once(call) { () throws(APIError) in try insert(key, transaction) }
        } then: { result in
            respond(result.map { PubkeyCreated(pair, $0) })
        }
    }

    /// Stores a public key, wherever its pair was made, if everything it depends on is in force.
    func insert(_ key: NewPubkey, _ transaction: Transaction) throws(APIError) -> PubkeyRegistered {
        if settings.mvp {
            try transaction.makeDependencies(for: key, deniedAccounts: settings.mvpDeniedAccounts)
        }
        let dependencies = try transaction.dependencies(
            tenant: key.tenant, clientID: key.clientID, userID: key.userID, host: key.host, account: key.account)
        let expiresAt = try transaction.insertPubkey(
            key, userMFA: dependencies.userMFA, userHost: dependencies.userHost, delegation: dependencies.delegation)
        return PubkeyRegistered(key, expiresAt: expiresAt)
    }
}

extension PubkeyCreated {
    fileprivate init(_ pair: KeyPair, _ registered: PubkeyRegistered) {
        self.init()
        // Of a repeated call the pair that was made for it is not the one that is stored.
        if !registered.isRepeated { privateKey = pair.privateKey }
        self.registered = registered
    }
}

extension KeyPairPool.Failure {
    fileprivate var apiError: APIError {
        switch self {
        case .exhausted:
            .unavailable(
                "ERROR: too many requests wait for a key of this type", limit: .keyWaiters, retryAfterSeconds: 10)
        case .timedOut:
            .unavailable("ERROR: making a key of this type took too long", limit: .keyWait, retryAfterSeconds: 10)
        case .shutDown: .unavailable("ERROR: the server is stopping")
        case .notMade: .internalFailure
        }
    }
}
