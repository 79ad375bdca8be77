import Logging
import SSHKeys
import TMSAPI
import TMSService
import TestSupport

extension TestStore {
    /// The rules over this store.
    /// - Parameter keyPairs: nil for no stock of them: each one would cost a second of processor time.
    func service(_ settings: Settings = Settings(), keyPairs: KeyPairPool? = nil) -> Service {
        var stocks = KeyPairPool.Configuration()
        (stocks.rsaPairs, stocks.ecdsaPairs) = (0, 0)
        return Service(
            store: store, keyPairs: keyPairs ?? KeyPairPool(stocks), settings: settings, version: Version(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }
}
