internal import Logging
internal import SSHKeys
internal import TMSAPI
internal import TMSStore
internal import Telemetry

package struct PubkeyRules: Sendable {
    let keyPairs: KeyPairPool
    let settings: Settings
    let logger: Logger
    let logins: LoginMetrics

    init(keyPairs: KeyPairPool, settings: Settings, telemetry: Telemetry, logger: Logger) {
        self.keyPairs = keyPairs
        self.settings = settings
        self.logger = logger
        logins = LoginMetrics(telemetry.metrics)
        telemetry.metrics.queue("keys", limit: keyPairs.waitersMax) { keyPairs.waiting }
    }
}
