internal import Logging
internal import Primitives

/// Copies the write-ahead log into the database file, on a thread and a connection of its own.
///
/// A checkpoint inside a commit would make that commit wait for all of it: 100 ms and more on a large table. Passive
/// checkpoints run beside the writer instead. But under constant writing they never reach the log's end, and a log that
/// is never copied to its end cannot start again from its beginning: it would grow without limit. So the last, short
/// stretch is copied with the writer held back between two batches.
final class Checkpointer: Sendable {
    private struct State {
        var isDue = false
        var isClosed = false
    }

    private let state: Monitor<State>
    private let turn: Turn
    private let copier: LogCopier
    private let thread: WorkerThread
    private let pagesMax: Int

    init(_ configuration: Store.Configuration, logger: Logger) throws(StoreError) {
        let connection = try SQLiteConnection(
            path: configuration.path, role: .checkpointer,
            busyTimeoutMilliseconds: configuration.busyTimeoutMilliseconds)
        let (state, turn) = (Monitor(State()), Turn())
        let copier = LogCopier(connection, turn: turn, logger: logger)
        thread = WorkerThread(name: "tms-checkpoint") {
            while Self.waitUntilDue(state) { copier.copy() }
        }
        (self.state, self.turn, self.copier) = (state, turn, copier)
        pagesMax = configuration.checkpointPages
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
    private let logger: Logger

    init(_ connection: SQLiteConnection, turn: Turn, logger: Logger) {
        self.connection = connection
        self.turn = turn
        self.logger = logger
    }

    func copy() {
        do throws(StoreError) {
            // The first pass copies most of the log, the second what was written meanwhile; what is left is short.
            try connection.checkpoint(.passive)
            try connection.checkpoint(.passive)
        } catch {
            return report(error)
        }
        turn.take {
            do throws(StoreError) { try connection.checkpoint(.restart) } catch { report(error) }
        }
    }

    func finish() {
        do throws(StoreError) { try connection.checkpoint(.truncate) } catch { report(error) }
    }

    /// Nothing is lost when a checkpoint fails: the log stays, and the next commit asks again.
    private func report(_ error: StoreError) {
        logger.warning("checkpoint postponed", metadata: ["error": "\(error)"])
    }
}
