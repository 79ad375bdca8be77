internal import Primitives
internal import TMSAPI

/// A write on its way: made on a lane's loop, performed on the writer's thread, completed on the loop again.
class QueuedWrite: @unchecked Sendable {
    // Sendable: exactly one thread has it at a time, and the queue's lock orders the hand-overs.
    let caller: Caller
    /// Somebody waits to log in.
    let isLogin: Bool
    let deadline: Deadline
    let queuedAt = Monotonic.nanoseconds
    /// nil: complete on the writer's thread.
    let lane: LaneResume?

    init(caller: Caller, isLogin: Bool, deadline: Deadline, lane: LaneResume?) {
        self.caller = caller
        self.isLogin = isLogin
        self.deadline = deadline
        self.lane = lane
    }

    /// Runs the body and keeps its result.
    /// - Returns: whether it succeeded; if not, what it did must be rolled back.
    func perform(_ transaction: Transaction) -> Bool { false }

    /// Gives the result, or `failure` of the commit it depended on, to whoever waits for it.
    func complete(failure: APIError?) {}

    /// Tells whoever waits that the write was not made.
    func refuse(_ error: APIError) {
        guard let lane else { return complete(failure: error) }
        lane.run { self.complete(failure: error) }
    }
}

final class TypedWrite<Value: Sendable>: QueuedWrite, @unchecked Sendable {
    private let body: @Sendable (Transaction) throws(APIError) -> Value
    private let completion: (Result<Value, APIError>) -> Void
    /// nil until it was performed.
    private var result: Result<Value, APIError>?

    init(
        caller: Caller, isLogin: Bool = false, deadline: Deadline = .none, lane: LaneResume?,
        body: @escaping @Sendable (Transaction) throws(APIError) -> Value,
        completion: @escaping (Result<Value, APIError>) -> Void
    ) {
        self.body = body
        self.completion = completion
        super.init(caller: caller, isLogin: isLogin, deadline: deadline, lane: lane)
    }

    override func perform(_ transaction: Transaction) -> Bool {
        do throws(APIError) {
            result = .success(try body(transaction))
            return true
        } catch {
            result = .failure(error)
            return false
        }
    }

    override func complete(failure: APIError?) {
        // A write that its own rule refused is told too: what refused it may be a change that was not kept.
        if let failure { result = .failure(failure) }
        completion(result ?? .failure(.internalFailure))
    }
}
