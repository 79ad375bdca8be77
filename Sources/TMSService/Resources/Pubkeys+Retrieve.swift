internal import Logging
private import Primitives
package import TMSAPI
package import TMSStore
internal import Telemetry

extension PubkeyRules {
    /// The longest text that may name an SSH connection, in bytes.
    static let connectionLengthMax = 256

    /// Hands out a public key at login, if everything that allows it is in force.
    ///
    ///     read:   not ours → 404;  refused → 403;  without limit of uses → 200;  connection has a ticket → 200
    ///     write:  take a use and leave a ticket → 200, or 403 when none is left
    package func retrieve(
        _ call: Call<Nothing, RetrievePubkey>, _ lane: StoreLane, _ respond: @escaping Respond<PubkeyRetrieved>
    ) {
        let connection = call.body.connection ?? ""
        guard connection.utf8.count <= Self.connectionLengthMax else {
            return respond(
                .failure(APIError(.badRequest, "'connection' has more than \(Self.connectionLengthMax) bytes")))
        }
        lane.read(as: call.caller, isLogin: true, until: call.deadline, call, first: Self.firstQuestion) {
            call, transaction throws(APIError) in
            try transaction.judgeLogin(call.body, connection: call.body.connection ?? "")
        } then: { result in
            switch result {
            case .success(.useNeeded(let key)): takeUse(of: key, connection: connection, call, lane, respond)
            default: answer(result, call, respond)
            }
        }
    }

    private static func firstQuestion(_ call: Call<Nothing, RetrievePubkey>) -> Question { call.body.firstQuestion }

    private func takeUse(
        of key: PubkeyLookup, connection: String, _ call: Call<Nothing, RetrievePubkey>, _ lane: StoreLane,
        _ respond: @escaping Respond<PubkeyRetrieved>
    ) {
        // Observing changes nothing, so the use is not even counted.
        if settings.enforcement == .observe { return answer(.success(.allowed(key)), call, respond) }
        // Where the rules only warn, no login waits until its use is counted, or fails because it cannot be.
        let isServed = settings.enforcement == .warn
        if isServed { respond(.success(PubkeyRetrieved(key.publicKey))) }
        let body = call.body
        let ticketSeconds = connection.isEmpty ? settings.loginWindowSeconds : settings.loginTicketSeconds
        lane.write(as: call.caller, isLogin: true, until: isServed ? .none : call.deadline) {
            transaction throws(APIError) -> LoginVerdict in
            // Judged again: between the read and this transaction anything may have changed.
            let verdict = try transaction.judgeLogin(body, connection: connection)
            guard case .useNeeded(let key) = verdict else { return verdict }
            let isTaken = try transaction.takeUse(
                pubkey: key.id, connection: connection, ticketExpiresAt: transaction.now.adding(seconds: ticketSeconds))
            return isTaken ? .allowed(key) : .refused(key, .noUsesLeft)
        } then: { result in
            guard isServed else { return answer(result, call, respond) }
            if case .failure(let error) = result {
                log("login served whose use could not be counted", error.message, call)
            }
            answer(.success((try? result.get()) ?? .allowed(key)), call) { _ in }
        }
    }

    private func answer(
        _ verdict: Result<LoginVerdict, APIError>, _ call: Call<Nothing, RetrievePubkey>,
        _ respond: Respond<PubkeyRetrieved>
    ) {
        respond(
            verdict.flatMap { verdict in
                switch verdict {
                case .notOurs: notOurs()
                case .allowed(let key), .useNeeded(let key): allowed(key)
                case .refused(let key, let reason): refuse(key, reason, call)
                }
            })
    }

    private func notOurs() -> Result<PubkeyRetrieved, APIError> {
        logins.notOurs.add()
        return .failure(.notFound)
    }

    private func allowed(_ key: PubkeyLookup) -> Result<PubkeyRetrieved, APIError> {
        logins.allowed.add()
        return .success(PubkeyRetrieved(key.publicKey))
    }

    private func refuse(
        _ key: PubkeyLookup, _ reason: LoginRefusal, _ call: Call<Nothing, RetrievePubkey>
    ) -> Result<PubkeyRetrieved, APIError> {
        let isServed = settings.enforcement != .enforce
        logins.judged(reason, isServed: isServed)
        if isServed {
            if settings.enforcement == .warn { log("login served that would be refused", reason.rawValue, call) }
            return .success(PubkeyRetrieved(key.publicKey))
        }
        log("login refused", reason.rawValue, call)
        return .failure(APIError(.forbidden, "Key refused: \(reason.rawValue)."))
    }

    private func log(_ event: String, _ reason: String, _ call: Call<Nothing, RetrievePubkey>) {
        logger.notice(
            "\(event)",
            metadata: [
                "request": "\(call.request)", "reason": "\(reason)", "user": "\(call.body.user)",
                "host": "\(call.body.host)", "fingerprint": "\(call.body.fingerprint)",
            ])
    }
}

extension PubkeyRetrieved {
    fileprivate init(_ publicKey: String) {
        self.init()
        self.publicKey = publicKey
    }
}
