internal import Logging
internal import Primitives
internal import Telemetry

/// Hears of changes of credentials by other servers, on a thread and a connection of its own.
///
/// While it has none, what is remembered ends after a short time anyway.
final class CredentialsListener: Sendable {
    /// For how long the thread sleeps before it looks whether it is to end.
    private static let sliceMilliseconds = 100

    private let isClosed = Monitor(false)
    private let thread: WorkerThread

    init(_ database: PostgreSQLDatabase, credentials: CredentialsVersion, telemetry: Telemetry, logger: Logger) {
        var database = database
        let ageMilliseconds = database.credentialAgeMilliseconds
        // A connection that only seems to be there is found out as soon as what it does not tell would be too old.
        (database.statementMillisecondsMax, database.networkMillisecondsMax) = (
            ageMilliseconds / 2, ageMilliseconds / 2
        )
        let heartbeat = telemetry.heartbeat("listener")
        let ears = Ears(
            PostgreSQLLink(database, .listener, heartbeat: heartbeat, telemetry: telemetry, logger: logger),
            credentials: credentials, checkMilliseconds: ageMilliseconds)
        let isClosed = isClosed
        thread = WorkerThread(name: "tms-listener") {
            while !isClosed.withLock({ $0 }) {
                guard let pause = ears.listen(milliseconds: Self.sliceMilliseconds) else { continue }
                _ = isClosed.wait(timeoutMilliseconds: min(pause, ageMilliseconds)) { $0 ? true : nil }
            }
        }
    }

    func shutdown() {
        isClosed.update { $0 = true }
        thread.join()
    }

    /// What the thread owns.
    private final class Ears: @unchecked Sendable {
        // Sendable: used by the listener's thread only, after `init`.
        private let link: PostgreSQLLink
        private let credentials: CredentialsVersion
        private let checkMilliseconds: Int
        private var current: PostgreSQLConnection?
        private var checkAt = 0

        init(_ link: PostgreSQLLink, credentials: CredentialsVersion, checkMilliseconds: Int) {
            self.link = link
            self.credentials = credentials
            self.checkMilliseconds = checkMilliseconds
        }

        /// - Returns: milliseconds until the next attempt is worth while, when there is no connection.
        func listen(milliseconds: Int) -> Int? {
            do throws(StoreError) {
                let connection = try link.connected()
                if connection !== current {
                    // What happened until now, nobody has told us.
                    current = connection
                    credentials.advance()
                }
                if try connection.waitForNotification(milliseconds: milliseconds) { credentials.advance() }
                if Monotonic.nanoseconds >= checkAt {
                    try connection.run("SELECT 1")
                    checkAt = Monotonic.nanoseconds + checkMilliseconds * 1_000_000
                }
                return nil
            } catch {
                current = nil
                credentials.advance()
                return link.restore()
            }
        }
    }
}
