private import Logging
package import Primitives
package import TMSAPI

/// One event loop's door to the store: a read-only connection of its own, and the way back for what was written.
///
/// Not `Sendable`: a lane is used on its loop only. Completions are called on that loop, so they need not be
/// `Sendable` either.
package final class StoreLane {
    private let store: Store
    private let snapshot: SharedSnapshot
    private let resume: LaneResume

    init(store: Store, resume: @escaping LaneResume.Function) throws(StoreError) {
        self.store = store
        self.resume = LaneResume(run: resume)
        let reader = try SQLiteConnection(
            path: store.configuration.path, role: .reader,
            busyTimeoutMilliseconds: store.configuration.busyTimeoutMilliseconds,
            cacheKibibytes: store.configuration.laneCacheKibibytes,
            mapMebibytes: store.configuration.laneMapMebibytes)
        snapshot = SharedSnapshot(reader, commits: store.commits)
    }

    /// Runs `body` on a snapshot of the database and hands its result to `completion`.
    ///
    /// On SQLite it runs here and now, before `read` returns: a point read takes a few microseconds and a WAL reader
    /// never waits for the writer. So it is for point reads; long ones have no place on an event loop.
    package func read<Value>(
        as caller: Caller, _ body: (Transaction) throws(APIError) -> Value,
        then completion: (Result<Value, APIError>) -> Void
    ) {
        do throws(StoreError) {
            if try snapshot.renew() { resume.run { [snapshot] in snapshot.end() } }
        } catch {
            return completion(.failure(store.report(error, for: caller)))
        }
        completion(store.run(body, on: snapshot.connection, as: caller))
    }

    /// The same for reads that may be long: on a thread of ``LongReads``, with `completion` back on this loop.
    ///
    /// When too many wait `completion` is called at once with 503.
    package func readList<Value: Sendable>(
        as caller: Caller, _ body: @escaping @Sendable (Transaction) throws(APIError) -> Value,
        then completion: @escaping (Result<Value, APIError>) -> Void
    ) {
        let (store, completion) = (store, onLoop(completion))
        do throws(APIError) {
            try store.longReads.enqueue { reader in completion(store.read(on: reader, as: caller, body)) }
        } catch {
            completion(.failure(error))
        }
    }

    /// Queues `body` for the next group commit; `completion` hears of it on this loop, after the commit is durable.
    ///
    /// `body` may run twice and must do nothing but use its transaction (see ``GroupCommit``).
    ///
    /// Never blocks. When the queue is full `completion` is called at once with 503; what still waits when its deadline
    /// has passed is not begun, and gets 503 too.
    /// - Parameter isLogin: somebody waits to log in; goes before everything else.
    package func write<Value: Sendable>(
        as caller: Caller, isLogin: Bool = false, until deadline: Deadline = .none,
        _ body: @escaping @Sendable (Transaction) throws(APIError) -> Value,
        then completion: @escaping (Result<Value, APIError>) -> Void
    ) {
        do throws(APIError) {
            try store.enqueue(
                TypedWrite(
                    caller: caller, isLogin: isLogin, deadline: deadline, lane: resume, body: body,
                    completion: completion))
        } catch {
            completion(.failure(error))
        }
    }

    /// Repeats a write that does some of what there is to do, until it finds nothing more, with others' writes between.
    ///
    /// What was done stays done when a later step is refused.
    /// - Parameters:
    ///   - step: returns how much it did, 0 when nothing is left.
    ///   - completion: hears how much was done in all.
    package func writeInSteps(
        as caller: Caller, until deadline: Deadline, done: Int = 0,
        _ step: @escaping @Sendable (Transaction) throws(APIError) -> Int,
        then completion: @escaping (Result<Int, APIError>) -> Void
    ) {
        write(as: caller, until: deadline, step) { [self] result in
            switch result {
            case .success(0): completion(.success(done))
            case .success(let count):
                writeInSteps(as: caller, until: deadline, done: done + count, step, then: completion)
            case .failure(let error): completion(.failure(error))
            }
        }
    }

    /// To be asked before work is put into a write that would be refused.
    /// - Throws: 503.
    package func requireRoomForWrite(as caller: Caller) throws(APIError) {
        if store.wouldRefuseWrites(of: caller) { throw .tooManyWrites }
    }
}

extension Store {
    /// Runs `body` on one state of the database.
    fileprivate func read<Value>(
        on reader: SQLiteConnection, as caller: Caller, _ body: (Transaction) throws(APIError) -> Value
    ) -> Result<Value, APIError> {
        do throws(StoreError) {
            try reader.run("BEGIN")
        } catch {
            return .failure(report(error, for: caller))
        }
        // Ending a read transaction cannot lose anything; should it fail, the next BEGIN says so.
        defer { _ = try? reader.run("COMMIT") }
        return run(body, on: reader, as: caller)
    }

    fileprivate func run<Value>(
        _ body: (Transaction) throws(APIError) -> Value, on reader: SQLiteConnection, as caller: Caller
    ) -> Result<Value, APIError> {
        let transaction = Transaction(connection: reader, logger: logger, now: configuration.clock(), caller: caller)
        do throws(APIError) {
            return .success(try body(transaction))
        } catch {
            return .failure(error)
        }
    }

    fileprivate func report(_ error: StoreError, for caller: Caller) -> APIError {
        logger.error("cannot read", metadata: ["request": "\(caller.request)", "error": "\(error)"])
        return error.apiError
    }
}

extension StoreLane {
    /// Makes a completion of this loop callable from any thread: it still runs here.
    package func onLoop<Value: Sendable>(_ completion: @escaping (Value) -> Void) -> @Sendable (Value) -> Void {
        let returning = Returning(completion)
        let resume = resume.run
        return { value in resume { returning.completion(value) } }
    }

    private struct Returning<Value>: @unchecked Sendable {
        // Sendable: other threads only carry it; it is called on the loop that made it.
        let completion: (Value) -> Void
        init(_ completion: @escaping (Value) -> Void) { self.completion = completion }
    }
}

/// How the writer's thread gets back to a lane's loop.
final class LaneResume: Sendable {
    typealias Function = @Sendable (@escaping @Sendable () -> Void) -> Void
    let run: Function

    init(run: @escaping Function) {
        self.run = run
    }
}
