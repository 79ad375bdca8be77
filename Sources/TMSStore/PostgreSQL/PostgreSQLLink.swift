internal import Logging
internal import Primitives
internal import Telemetry

/// One thread's way to a PostgreSQL database: a connection that is made anew whenever it is lost.
///
/// The first attempt after a loss is made at once. Those that follow keep a growing distance, which is different for each
/// thread of each server, so that a database that comes back is not run down.
final class PostgreSQLLink {
    private static let connecting: Activity = "connect to the database"

    private let database: PostgreSQLDatabase
    private let role: PostgreSQLConnection.Role
    private let heartbeat: Heartbeat
    private let logger: Logger
    private let count = Gauge()
    private let failures: Counter
    private var backOff: BackOff
    /// By ``Monotonic``.
    private var nextAttemptAt = 0
    private var connection: PostgreSQLConnection?

    /// - Parameter heartbeat: of the thread.
    init(
        _ database: PostgreSQLDatabase, _ role: PostgreSQLConnection.Role, heartbeat: Heartbeat, telemetry: Telemetry,
        logger: Logger
    ) {
        self.database = database
        self.role = role
        self.heartbeat = heartbeat
        self.logger = logger
        backOff = BackOff(milliseconds: database.reconnectMilliseconds)
        let metrics = telemetry.metrics
        metrics.gauge(
            "tms_database_connections", "Connections to PostgreSQL that are open.", ["role": "\(role)"]
        ) { [count] in Double(count.value) }
        failures = metrics.counter("tms_database_connect_failures_total", "Attempts to connect that failed.")
    }

    /// - Returns: a connection that is still there, as far as can be seen, or a new one.
    /// - Throws: `.unreachable`, at once when the next attempt is not yet due.
    func connected() throws(StoreError) -> PostgreSQLConnection {
        if let connection {
            if connection.isAlive() { return connection }
            self.connection = nil
            count.set(0)
        }
        guard Monotonic.nanoseconds >= nextAttemptAt else { throw .away }
        heartbeat.begin(Self.connecting)
        defer { heartbeat.rest() }
        do throws(StoreError) {
            let made = try PostgreSQLConnection(database, role: role)
            if backOff.isInUse { logger.notice("the database is there again", metadata: ["part": "\(heartbeat.part)"]) }
            backOff.reset()
            connection = made
            count.set(1)
            return made
        } catch {
            failures.add()
            if !backOff.isInUse {
                logger.error(
                    "the database cannot be reached",
                    metadata: ["part": "\(heartbeat.part)", "error": "\(error)"])
            }
            nextAttemptAt = Monotonic.nanoseconds + backOff.next() * 1_000_000
            throw error
        }
    }

    /// - Returns: nil when there is a connection; else milliseconds until it is worth asking again.
    func restore() -> Int? {
        if (try? connected()) != nil { return nil }
        return max(1, (nextAttemptAt - Monotonic.nanoseconds) / 1_000_000)
    }

    var idleMilliseconds: Int? { database.idleCheckMilliseconds }
}

/// How long to wait before the next attempt.
struct BackOff {
    private let milliseconds: ClosedRange<Int>
    private var attempts = 0

    /// - Parameter milliseconds: the first wait and the longest.
    init(milliseconds: ClosedRange<Int>) {
        self.milliseconds = milliseconds
    }

    var isInUse: Bool { attempts > 0 }

    mutating func reset() { attempts = 0 }

    /// Milliseconds: twice as long each time, less up to a half at random.
    mutating func next() -> Int {
        let longest = min(milliseconds.upperBound, milliseconds.lowerBound << min(attempts, 20))
        attempts += 1
        return Int.random(in: longest / 2...longest)
    }
}
