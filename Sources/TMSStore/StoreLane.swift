private import Logging
package import Primitives
package import TMSAPI

/// One event loop's door to the store: its way to what it reads, and the way back for what was read or written elsewhere.
///
/// Not `Sendable`: a lane is used on its loop only. Completions are called on that loop, so they need not be
/// `Sendable` either.
package final class StoreLane {
    private let store: Store
    private let reads: PointReads
    private let resume: LaneResume

    init(store: Store, reads: PointReads, resume: @escaping LaneResume.Function) {
        self.store = store
        self.reads = reads
        self.resume = LaneResume(run: resume)
    }

    /// Runs `rule` on one state of the database and hands its result to `completion`. For point reads.
    ///
    /// What the rule needs is passed beside it, so that one rule serves all requests and none of them makes a closure of
    /// its own.
    /// On SQLite it runs here and now, before `read` returns: a point read takes a few microseconds and a WAL reader
    /// never waits for the writer. On PostgreSQL it runs on a thread that may wait, perhaps twice, and `completion` is
    /// called on this loop later; at once with 503 when too many wait or the database cannot be reached.
    /// - Parameters:
    ///   - isLogin: somebody waits to log in; goes before everything else.
    ///   - deadline: what still waits for a thread when it has passed is not read, and gets 503.
    ///   - question: what the rule asks first; PostgreSQL is then asked together with what others ask.
    package func read<Input: Sendable, Value: Sendable>(
        as caller: Caller, isLogin: Bool = false, until deadline: Deadline = .none, _ input: Input,
        first question: ((Input) -> Question)? = nil,
        _ rule: @escaping @Sendable (Input, Transaction) throws(APIError) -> Value,
        then completion: @escaping (Result<Value, APIError>) -> Void
    ) {
        switch reads {
        case .inPlace(let snapshot):
            do throws(StoreError) {
                if try snapshot.renew() { resume.run { snapshot.end() } }
            } catch {
                return completion(.failure(store.report(error, for: caller)))
            }
            completion(store.run(rule, input, on: snapshot.connection, as: caller))
        case .onThreads(let threads):
            read(
                on: threads, as: caller, isLogin: isLogin, until: deadline, input, first: question?(input), rule,
                then: completion)
        }
    }

    /// The same for reads that may be long: always on a thread that may wait.
    package func readList<Value: Sendable>(
        as caller: Caller, until deadline: Deadline = .none,
        _ body: @escaping @Sendable (Transaction) throws(APIError) -> Value,
        then completion: @escaping (Result<Value, APIError>) -> Void
    ) {
        let rule = { @Sendable (_: Void, transaction: Transaction) throws(APIError) in try body(transaction) }
        read(
            on: store.lists, as: caller, isLogin: false, until: deadline, (), first: nil, rule, then: completion)
    }

    private func read<Input: Sendable, Value: Sendable>(
        on threads: ReadThreads, as caller: Caller, isLogin: Bool, until deadline: Deadline, _ input: Input,
        first question: Question?,
        _ rule: @escaping @Sendable (Input, Transaction) throws(APIError) -> Value,
        then completion: @escaping (Result<Value, APIError>) -> Void
    ) {
        let (store, returning) = (store, onLoop(completion))
        do throws(APIError) {
            try threads.enqueue(isLogin: isLogin, until: deadline, question) { session in
                returning(store.read(session, as: caller, input, rule))
            }
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

    /// Repeats a write that deletes some of what there is to delete, with others' writes between, until it finds nothing
    /// more; then `last` is done, in the same write.
    ///
    /// What was deleted stays deleted when a later step is refused, and whoever is refused is told.
    /// - Parameters:
    ///   - deleted: rows that have gone already.
    ///   - step: returns how many rows it deleted, 0 when none is left.
    ///   - last: hears how many were deleted in all.
    package func deleteInSteps<Value: Sendable>(
        as caller: Caller, until deadline: Deadline, deleted: Int = 0,
        _ step: @escaping @Sendable (Transaction) throws(APIError) -> Int,
        last: @escaping @Sendable (Int, Transaction) throws(APIError) -> Value,
        then completion: @escaping (Result<Value, APIError>) -> Void
    ) {
        write(as: caller, until: deadline) { transaction throws(APIError) -> Step<Value> in
            let count = try step(transaction)
            return count > 0 ? .part(count) : .last(try last(deleted, transaction))
        } then: { [self] result in
            switch result {
            case .success(.last(let value)): completion(.success(value))
            case .success(.part(let count)):
                deleteInSteps(
                    as: caller, until: deadline, deleted: deleted + count, step, last: last, then: completion)
            case .failure(let error):
                completion(.failure(deleted > 0 ? error.adding(APIError.partIsDeleted) : error))
            }
        }
    }

    /// What one of the writes of a deletion in steps has done.
    private enum Step<Value: Sendable>: Sendable {
        case part(Int)
        case last(Value)
    }

    /// To be asked before work is put into a write that would be refused.
    /// - Throws: 503.
    package func requireRoomForWrite(as caller: Caller) throws(APIError) {
        if let refusal = store.refusalOfWrites(of: caller) { throw refusal }
    }
}

extension Store {
    /// Runs `rule` on a thread's own session.
    fileprivate func read<Input, Value>(
        _ session: Result<any ReadingSession, APIError>, as caller: Caller, _ input: Input,
        _ rule: (Input, Transaction) throws(APIError) -> Value
    ) -> Result<Value, APIError> {
        session.flatMap { session in
            do throws(StoreError) {
                return try session.read { connection in run(rule, input, on: connection, as: caller) }
            } catch {
                return .failure(report(error, for: caller))
            }
        }
    }

    fileprivate func run<Input, Value>(
        _ rule: (Input, Transaction) throws(APIError) -> Value, _ input: Input, on reader: any SQLConnection,
        as caller: Caller
    ) -> Result<Value, APIError> {
        let transaction = Transaction(connection: reader, logger: logger, now: configuration.clock(), caller: caller)
        do throws(APIError) {
            return .success(try rule(input, transaction))
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
