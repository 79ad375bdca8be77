internal import Logging

/// Sees to it that a writer leaves no more than one session behind in a commit that PostgreSQL does not end.
///
/// While the only synchronous standby is away each commit waits for it, and does not notice that whoever asked for it has
/// gone. A writer that gave up, connected anew and committed again would leave a session each time, until the database has
/// none left for anybody. Cancelling the commit is no way out: it would be there for all to see, and on one machine only.
struct LeftCommit {
    /// The session in use, as PostgreSQL numbers it.
    private var current: Int64?
    /// The one that was left while it committed.
    private var left: Int64?
    private var backOff: BackOff
    private let part: String
    private let logger: Logger

    /// - Parameters:
    ///   - milliseconds: between two looks, the first and the longest.
    ///   - part: the writer, for the log.
    init(milliseconds: ClosedRange<Int>, part: String, logger: Logger) {
        backOff = BackOff(milliseconds: milliseconds)
        self.part = part
        self.logger = logger
    }

    /// To be told of each new connection.
    mutating func note(_ connection: PostgreSQLConnection) throws(StoreError) {
        try connection.run("SELECT pg_backend_pid()", []) { current = $0.integer(0) }
    }

    /// The session in use is given up, and nobody knows what becomes of its commit.
    mutating func leave() { left = current }

    /// - Returns: nil when nothing was left, or it has ended; else milliseconds until the next look.
    mutating func pause(_ link: PostgreSQLLink) -> Int? {
        guard let left else { return nil }
        guard isWaiting(left, link) else {
            if backOff.isInUse { logger.notice("the commit that was given up is over", metadata: ["part": "\(part)"]) }
            self.left = nil
            backOff.reset()
            return nil
        }
        if !backOff.isInUse {
            logger.error(
                "nothing is written before a commit ends that was given up: is a synchronous standby away?",
                metadata: ["part": "\(part)", "session": "\(left)"])
        }
        return backOff.next()
    }

    /// True also when that cannot be seen. The number may be another session's by now: one that waits too, for a moment.
    private func isWaiting(_ session: Int64, _ link: PostgreSQLLink) -> Bool {
        var isThere = false
        do throws(StoreError) {
            try link.connected().run(
                """
                SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND state = 'active' AND wait_event IS NOT NULL
                """,
                [.integer(session)]
            ) { _ in isThere = true }
        } catch {
            return true
        }
        return isThere
    }
}
