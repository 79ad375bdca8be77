import Logging
import TMSAPI
import TestSupport

@testable import TMSStore

extension TestStore {
    /// A tenant with a client, a user, a link and a delegation, none of which expire.
    func fill() async throws {
        try await write { transaction throws(APIError) in
            _ = try transaction.insertTenant("t")
            try transaction.insertClient(
                tenant: "t", clientID: "c", appName: "app", appVersion: "1.0", secretHash: "00")
            let mfa = try transaction.insertUserMFA(tenant: "t", userID: "u", expiresAt: .never)
            try transaction.insertUserHost(
                UserHostKey(tenant: "t", userID: "u", host: "h", account: "a"), expiresAt: .never, userMFA: mfa)
            try transaction.insertDelegation(
                DelegationKey(tenant: "t", clientID: "c", userID: "u"), expiresAt: .never, userMFA: mfa)
        }
    }

    /// The bare statements on a connection of the test's, beside the store.
    func transaction(on connection: SQLiteConnection) -> Transaction {
        Transaction(connection: connection, logger: Logger(label: "test"), now: .now, caller: Self.caller)
    }

    /// The version once everything that was changed so far has been heard of: on PostgreSQL by each connection for itself.
    func settledCredentialsVersion() async throws -> Int {
        var latest = -1
        while latest != store.credentialsVersion {
            latest = store.credentialsVersion
            try await Task.sleep(for: .milliseconds(500))
        }
        return latest
    }

    /// A key of that user, whatever its number makes unique.
    func insertKey(_ number: Int, uses: Int32 = .max) async throws(APIError) {
        try await write { transaction throws(APIError) in try transaction.insertKey(number, uses: uses) }
    }
}

extension Transaction {
    func insertKey(_ number: Int, uses: Int32 = .max) throws(APIError) {
        let key = NewPubkey(
            tenant: "t", clientID: "c", userID: "u", host: "h", account: "a", fingerprint: "SHA256:\(number)",
            publicKey: "ssh-ed25519 \(number)", keyType: "ed25519", keyBits: 256, usesMax: uses, timeToLiveMinutes: -1)
        guard let mfa = try userMFA(tenant: "t", userID: "u"),
            let userHost = try userHost(tenant: "t", userID: "u", host: "h", account: "a"),
            let delegation = try delegation(tenant: "t", clientID: "c", userID: "u")
        else { throw .notFound }
        try insertPubkey(key, userMFA: mfa.id, userHost: userHost.id, delegation: delegation.id)
    }

    func findKey(_ number: Int) throws(APIError) -> PubkeyLookup? {
        try lookUpPubkey(fingerprint: "SHA256:\(number)", host: "h", account: "a")
    }
}
