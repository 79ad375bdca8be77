internal import CSQLite
internal import Glibc
internal import Synchronization

/// Copies the write-ahead log into the database on a thread of its own, in the same steps as the server does: most of it
/// beside the writer, the last stretch between two transactions (Sources/TMSStore/Writing/Checkpointer.swift).
final class Checkpoints: Sendable {
    /// The server's default of `checkpoint_pages`.
    static let pagesMax = 4096

    private let database: Database
    private let isDue = Atomic(false)
    /// Who may touch the log's end.
    private let turn = Mutex(())
    private let failure = Mutex<Problem?>(nil)

    init(_ path: String) throws(Problem) {
        database = try Database(path)
        var thread = pthread_t()
        // The thread lasts as long as the program, and so does this.
        let context = Unmanaged.passRetained(self).toOpaque()
        let result = pthread_create(
            &thread, nil,
            { context in
                if let context { Unmanaged<Checkpoints>.fromOpaque(context).takeUnretainedValue().run() }
                return nil
            }, context)
        guard result == 0 else { throw Problem("no thread: \(result)") }
    }

    /// Runs a transaction of the writer.
    func whileLogGrows(_ transaction: () throws(Problem) -> Void) throws(Problem) {
        if let problem = failure.withLock({ $0 }) { throw problem }
        let result = turn.withLock { _ -> Result<Void, Problem> in
            do throws(Problem) { return .success(try transaction()) } catch { return .failure(error) }
        }
        try result.get()
    }

    func logHas(pages: Int) {
        if pages >= Self.pagesMax { isDue.store(true, ordering: .releasing) }
    }

    private func run() {
        while true {
            guard isDue.exchange(false, ordering: .acquiring) else {
                usleep(1000)
                continue
            }
            do throws(Problem) {
                try database.checkpoint(SQLITE_CHECKPOINT_PASSIVE)
                try database.checkpoint(SQLITE_CHECKPOINT_PASSIVE)
            } catch {
                failure.withLock { $0 = error }
            }
            turn.withLock { _ in
                do throws(Problem) {
                    try database.checkpoint(SQLITE_CHECKPOINT_RESTART)
                } catch {
                    failure.withLock { $0 = error }
                }
            }
        }
    }
}
