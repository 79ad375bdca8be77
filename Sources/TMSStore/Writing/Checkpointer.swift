internal import Logging
internal import Primitives
internal import Telemetry

/// Copies the write-ahead log into the database file, on a thread and a connection of its own.
///
/// A checkpoint inside a commit would make that commit wait for all of it: 100 ms and more on a large table. Passive
/// checkpoints run beside the writer instead. But under constant writing they never reach the log's end, and a log that
/// is never copied to its end cannot start again from its beginning: it would grow without limit. So the last, short
/// stretch is copied with the writer held back between two batches. A reader of old pages, such as a long list, keeps
/// the log from starting again: it is waited for only as long as nobody notices, and the rest is put off.
final class Checkpointer: Sendable {
    private struct State {
        var isDue = false
        var isClosed = false
    }

    /// How long the writer may be held back for readers of old pages.
    private static let holdMillisecondsMax: Int32 = 20
    /// How long after a checkpoint that could not be finished the next one is begun.
    private static let pauseMilliseconds = 250

    private let state: Monitor<State>
    private let turn: Turn
    private let copier: LogCopier
    private let thread: WorkerThread
    private let pagesMax: Int
    private let pages = Gauge()

    init(
        path: String, _ configuration: Store.Configuration, telemetry: Telemetry, logger: Logger
    ) throws(StoreError) {
        let connection = try SQLiteConnection(
            path: path, role: .checkpointer, busyTimeoutMilliseconds: Self.holdMillisecondsMax)
        let (state, turn) = (Monitor(State()), Turn())
        let copier = LogCopier(connection, turn: turn, telemetry: telemetry, logger: logger)
        thread = WorkerThread(name: "tms-checkpoint") {
            while Self.waitUntilDue(state) {
                guard !copier.copy() else { continue }
                _ = state.wait(timeoutMilliseconds: Self.pauseMilliseconds) { $0.isClosed ? true : nil }
            }
        }
        (self.state, self.turn, self.copier) = (state, turn, copier)
        pagesMax = configuration.checkpointPages
        telemetry.metrics.gauge("tms_wal_pages", "Length of the write-ahead log, in pages of 4 KiB.") { [pages] in
            Double(pages.value)
        }
    }

    private static func waitUntilDue(_ state: Monitor<State>) -> Bool {
        state.wait { state -> Bool? in
            if state.isClosed { return false }
            guard state.isDue else { return nil }
            state.isDue = false
            return true
        } ?? false
    }

    /// Runs a batch of the writer, which thereby waits for at most one last stretch of a checkpoint.
    func whileLogGrows<Result>(_ batch: () -> Result) -> Result {
        turn.take(batch)
    }

    /// Tells of the log's length after a commit.
    func logHas(pages: Int) {
        self.pages.set(pages)
        guard pages >= pagesMax else { return }
        state.update { $0.isDue = true }
    }

    /// Ends the thread, then copies everything and gives the log's room back. The writer has ended before.
    func shutdown() {
        state.update { $0.isClosed = true }
        thread.join()
        copier.finish()
    }
}

/// Who may touch the log's end: the writer or the checkpointer.
private final class Turn: Sendable {
    /// How often the turn was taken: a lock around nothing at all would confuse ThreadSanitizer.
    private let taken = Monitor(0)

    func take<Result>(_ body: () -> Result) -> Result {
        taken.withLock { taken in
            taken += 1
            return body()
        }
    }
}

/// What the checkpointer's thread does and owns.
private final class LogCopier: @unchecked Sendable {
    // Sendable: used by the checkpointer's thread only, and by `finish` after that thread has ended.
    private let connection: SQLiteConnection
    private let turn: Turn
    private let heartbeat: Heartbeat
    private let beside: Histogram
    private let holding: Histogram
    private let logger: Logger

    private enum Work {
        static let beside: Activity = "checkpoint beside the writer"
        static let waiting: Activity = "wait for the writer"
        static let holding: Activity = "checkpoint holding the writer"
    }

    init(_ connection: SQLiteConnection, turn: Turn, telemetry: Telemetry, logger: Logger) {
        self.connection = connection
        self.turn = turn
        self.logger = logger
        // Copying a log that has grown long, beside everybody's work, is long by nature.
        heartbeat = telemetry.heartbeat("checkpointer", allowedMilliseconds: 10_000)
        let histogram = { (phase: String) in
            telemetry.metrics.histogram(
                "tms_checkpoint_duration_seconds", "Checkpoints of the write-ahead log.", ["phase": phase])
        }
        beside = histogram("beside")
        holding = histogram("holding")
    }

    /// - Returns: false when the log could not be copied to its end.
    func copy() -> Bool {
        defer { heartbeat.rest() }
        do throws(StoreError) {
            heartbeat.begin(Work.beside)
            let began = Monotonic.nanoseconds
            // The first pass copies most of the log, the second what was written meanwhile; what is left is short. SQLite
            // waits for the disk only in a pass that reaches the log's end, and so would do all of it in the last.
            for _ in 0..<2 {
                try connection.checkpoint(.passive)
                try connection.syncDatabase()
            }
            beside.add(Monotonic.nanoseconds - began)
        } catch {
            report(error)
            return false
        }
        heartbeat.begin(Work.waiting)
        return turn.take {
            heartbeat.begin(Work.holding)
            let began = Monotonic.nanoseconds
            defer { holding.add(Monotonic.nanoseconds - began) }
            do throws(StoreError) {
                try connection.checkpoint(.restart)
                return true
            } catch {
                report(error)
                return false
            }
        }
    }

    func finish() {
        do throws(StoreError) { try connection.checkpoint(.truncate) } catch { report(error) }
    }

    /// Nothing is lost when a checkpoint fails: the log stays, and the next commit asks again.
    private func report(_ error: StoreError) {
        // A reader of old pages is nothing to worry about: the log waits for it.
        logger.log(
            level: error.code == .busy ? .debug : .warning, "checkpoint postponed", metadata: ["error": "\(error)"])
    }
}
