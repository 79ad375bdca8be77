internal import Logging
internal import SSHKeys
internal import TMSAPI

package struct PubkeyRules: Sendable {
    let keyPairs: KeyPairPool
    let settings: Settings
    let logger: Logger
    /// Logins served in modes `warn` and `observe` that `enforce` would have refused.
    let toleratedLogins = ToleratedLogins()
}
