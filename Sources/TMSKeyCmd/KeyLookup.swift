private import SSHKeys
internal import TMSAPI
private import TMSClient

/// One question of sshd put to the server: is there a key of this fingerprint for that account?
struct KeyLookup: Sendable {
    /// Time kept back for what follows the server's answer, or its failing to come.
    private static let reserve = Duration.milliseconds(50)

    private let configuration: KeyCmdConfiguration
    private let breaker: Breaker?
    private let client: Client
    private let log: KeyCmdLog

    /// - Parameter timeout: for the server's answer.
    init(configuration: KeyCmdConfiguration, timeout: Duration, log: KeyCmdLog) throws(KeyCmdFailure) {
        self.configuration = configuration
        self.log = log
        breaker = Breaker(configuration, log: log)
        var options = ClientOptions()
        options.timeout = max(timeout - Self.reserve, Self.reserve)
        options.caFile = configuration.caFile
        do {
            client = try Client(baseURL: configuration.url, options: options)
        } catch {
            throw KeyCmdFailure("\(error)")
        }
    }

    /// The line for sshd; nil when the server has no key for the account, or does not allow it.
    func line(for question: RetrievePubkey) async throws(KeyCmdFailure) -> String? {
        if let breaker, !breaker.allowsCall() {
            throw KeyCmdFailure(
                "the server has failed \(breaker.failuresMax) times in a row or timed out; not calling it for \(breaker.pause)"
            )
        }
        var question = question
        question.host = configuration.hostName
        let answer: PubkeyRetrieved
        do {
            answer = try await client.send(PubkeysAPI.retrieve, body: question, toURL: configuration.url)
        } catch {
            return try noLine(question, because: error)
        }
        breaker?.recordSuccess()
        return try Self.checked(answer.publicKey, fingerprint: question.fingerprint)
    }

    /// The time is up before the call has come to its own time-out, as it may on a busy machine.
    func giveUp() {
        breaker?.recordFailure(isTimeout: true)
    }

    /// Tells a quiet "no" from a failure.
    private func noLine(_ question: RetrievePubkey, because error: ClientError) throws(KeyCmdFailure) -> String? {
        if error.isServerFailure {
            breaker?.recordFailure(isTimeout: error == .timedOut)
        } else {
            breaker?.recordSuccess()
        }
        guard case .refused(let refusal) = error else { throw KeyCmdFailure("\(error)") }
        switch refusal.code {
        // Our server's 404 for a path it does not know has another text, and means that `tms_url` is wrong.
        case .notFound where refusal.message == APIError.notFound.message:
            // Most logins on a host are none of TMS's.
            log(.info, "no TMS key \(question.fingerprint) for \(question.user)")
        case .forbidden:
            log(.notice, "TMS key \(question.fingerprint) refused for \(question.user): \(refusal.message)")
        default:
            throw KeyCmdFailure("\(error)")
        }
        return nil
    }

    /// sshd trusts every key it is given for the account, so it is given the one it asked for, and nothing more.
    private static func checked(_ line: String, fingerprint: String) throws(KeyCmdFailure) -> String {
        guard !line.utf8.contains(where: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) else {
            throw KeyCmdFailure("the server's answer for \(fingerprint) is more than one line; not used")
        }
        let key: PublicKeyLine
        do {
            key = try PublicKeyLine(parsing: line)
        } catch {
            throw KeyCmdFailure("the server's answer for \(fingerprint) is not a public key: \(error)")
        }
        guard key.fingerprint == fingerprint else {
            throw KeyCmdFailure("asked for \(fingerprint), the server answered \(key.fingerprint); not used")
        }
        return line
    }
}
