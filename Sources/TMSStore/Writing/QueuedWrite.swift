internal import TMSAPI

/// A write on its way: made on a lane's loop, performed on the writer's thread, completed on the loop again.
class QueuedWrite: @unchecked Sendable {
    // Sendable: exactly one thread has it at a time, and the queue's lock orders the hand-overs.
    let caller: Caller
    /// nil: complete on the writer's thread.
    let lane: LaneResume?

    init(caller: Caller, lane: LaneResume?) {
        self.caller = caller
        self.lane = lane
    }

    /// Runs the body and keeps its result.
    /// - Returns: whether it succeeded; if not, what it did must be rolled back.
    func perform(_ transaction: Transaction) -> Bool { false }

    /// Gives the result, or `failure` of the commit it depended on, to whoever waits for it.
    func complete(failure: APIError?) {}
}

final class TypedWrite<Value: Sendable>: QueuedWrite, @unchecked Sendable {
    private let body: @Sendable (Transaction) throws(APIError) -> Value
    private let completion: (Result<Value, APIError>) -> Void
    /// nil until it was performed: a transaction may fail before it comes to this write.
    private var result: Result<Value, APIError>?

    init(
        caller: Caller, lane: LaneResume?,
        body: @escaping @Sendable (Transaction) throws(APIError) -> Value,
        completion: @escaping (Result<Value, APIError>) -> Void
    ) {
        self.body = body
        self.completion = completion
        super.init(caller: caller, lane: lane)
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
        // A write that had failed by itself keeps its own reason.
        if case .failure(let reason) = result { return completion(.failure(reason)) }
        if let failure { return completion(.failure(failure)) }
        completion(result ?? .failure(.internalFailure))
    }
}
