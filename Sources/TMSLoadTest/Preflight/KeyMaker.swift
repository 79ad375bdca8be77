internal import LoadEngine
internal import Primitives
internal import TMSAPI
internal import TMSClient

/// Makes the keys that a getkey asks for, before the run, so that nobody has to set variables for it.
struct KeyMaker {
    let client: Client
    let accounts: [ScenarioData.Account]
    let keyType: String?

    /// More keys than that would show nothing new and would take their time to be made.
    static let keysMax = 200

    /// - Parameter count: of keys, at most ``keysMax``.
    func make(_ count: Int) async throws(SetUpFailure) -> [ScenarioData.Key] {
        var keys: [ScenarioData.Key] = []
        for number in 0..<min(max(count, 1), Self.keysMax) {
            let account = accounts[number % accounts.count]
            var call = CreatePubkey()
            call.clientUserID = account.user
            call.host = account.host
            call.hostAccount = account.hostAccount
            // Empty lets the server choose; servers before this one want the member to be there.
            call.keyType = KeyTypeName(keyType ?? "")
            do {
                let created = try await client.send(PubkeysAPI.create, body: call).registered
                keys.append(
                    ScenarioData.Key(
                        fingerprint: created.fingerprint, user: account.hostAccount, uid: Self.uid, host: account.host))
            } catch {
                throw SetUpFailure(
                    "getkey needs a key, and making one failed: \(error)",
                    remedy: "check X_TMS_TENANT, X_TMS_CLIENT_ID and X_TMS_CLIENT_SECRET, or name a key with "
                        + "TMS_PUBKEY_FINGERPRINT, TMS_PUBKEY_USER and TMS_PUBKEY_HOST")
            }
        }
        return keys
    }

    /// sshd's %U, which the server takes and does not look at.
    private static let uid = "1000"
}
