private import SSHKeys
package import TMSAPI
package import TMSStore

extension PubkeyRules {
    /// Keeps a public key that its owner has made.
    package func register(
        _ call: Call<Nothing, RegisterPubkey>, _ transaction: Transaction
    ) throws(APIError) -> PubkeyRegistered {
        let (body, principal) = (call.body, call.principal)
        let (line, kind) = try Self.loginKey(body.publicKey)
        let key = NewPubkey(
            tenant: principal.tenant, clientID: principal.clientID, userID: body.userID, host: body.host,
            account: body.account, fingerprint: line.fingerprint, publicKey: line.keyText, keyType: kind.name,
            keyBits: kind.bits, usesMax: body.uses < 0 ? .max : body.uses, timeToLiveMinutes: body.timeToLiveMinutes)
        do throws(APIError) {
            return try transaction.once(call) { () throws(APIError) in try insert(key, transaction) }
        } catch {
            guard error.code == .conflict else { throw error }
            throw .exists("key with fingerprint \(key.fingerprint) on host \(key.host)")
        }
    }

    /// - Throws: 400 for what is not a key that somebody may be let in by.
    private static func loginKey(_ text: String) throws(APIError) -> (PublicKeyLine, PublicKeyKind) {
        let line: PublicKeyLine
        do throws(SSHKeyError) {
            line = try PublicKeyLine(parsing: text)
        } catch {
            throw refusal("\(error)")
        }
        guard let kind = line.kind else { throw refusal("it is of another type") }
        guard kind.isStrong else { throw refusal("it has \(kind.bits) bits") }
        return (line, kind)
    }

    private static func refusal(_ reason: String) -> APIError {
        APIError(
            .badRequest,
            "'public_key' must be the line of a .pub file with a key of the type \(PublicKeyKind.choices): \(reason)")
    }
}

extension PubkeyRegistered {
    init(_ key: NewPubkey, expiresAt: Timestamp) {
        self.init()
        publicKey = key.publicKey
        fingerprint = key.fingerprint
        keyType = key.keyType
        keyBits = Quoted(key.keyBits)
        usesMax = Quoted(key.usesMax)
        usesRemaining = Quoted(key.usesMax)
        self.expiresAt = expiresAt
    }
}
