internal import DequeModule
internal import Primitives
internal import TMSAPI
internal import Telemetry

/// What a reading thread needs of its database.
protocol ReadingSession: DatabaseSession {
    /// Hands `body` one state of the database. It may be called twice, where the first connection turns out to have gone.
    func read<Value>(_ body: (any SQLConnection) -> Value) throws(StoreError) -> Value

    /// Lets several reads share what can be shared.
    /// - Parameters:
    ///   - questions: what each of them will ask first, where that is known.
    ///   - read: to be called once with the number of each, which then calls ``read(_:)``.
    func readTogether(_ questions: [Question?], _ read: (Int) -> Void)
}

extension ReadingSession {
    func readTogether(_ questions: [Question?], _ read: (Int) -> Void) {
        for number in questions.indices { read(number) }
    }
}

/// Threads for reads that would keep an event loop waiting: pages of lists, and what is behind a network.
///
/// Each thread has a session of its own. What waits, and what one read may take, is limited.
final class ReadThreads: Sendable {
    /// Told why when nothing is to be read.
    typealias Job = @Sendable (Result<any ReadingSession, APIError>) -> Void

    /// What is read, as threads, metrics and refusals name it.
    struct Kind: Sendable {
        let thread: String
        let queue: String
        let activity: Activity
        let refusal: APIError

        static let lists = Kind(
            thread: "list", queue: "lists", activity: "read a list",
            refusal: .unavailable("ERROR: too many lists are waiting", limit: .listQueue))
        static let points = Kind(
            thread: "read", queue: "reads", activity: "read",
            refusal: .unavailable("ERROR: too many reads are waiting", limit: .readQueue))
    }

    private struct Waiting: Sendable {
        let deadline: Deadline
        let question: Question?
        let job: Job
        let since = Monotonic.nanoseconds
    }

    /// Logins first.
    private struct Queue: Sendable {
        var logins: Deque<Waiting> = []
        var others: Deque<Waiting> = []

        /// As many as may be read together.
        mutating func take(max: Int) -> [Waiting]? {
            logins.isEmpty ? Self.take(max, of: &others) : Self.take(max, of: &logins)
        }

        private static func take(_ max: Int, of waiting: inout Deque<Waiting>) -> [Waiting]? {
            if waiting.isEmpty { return nil }
            let taken = Array(waiting.prefix(max))
            waiting.removeFirst(taken.count)
            return taken
        }
    }

    private let workers: Workers<Queue>
    private let queueMax: Int
    private let refusal: APIError

    /// - Parameters:
    ///   - togetherMax: reads that a thread takes out of the queue at once.
    ///   - secondsMax: of one read; one that takes as long as it may is none that hangs.
    init(
        _ kind: Kind, _ sessions: [any ReadingSession], queueMax: Int, togetherMax: Int = 1, secondsMax: Int,
        telemetry: Telemetry
    ) {
        self.queueMax = queueMax
        refusal = kind.refusal
        let wait = telemetry.metrics.queueWait(kind.queue)
        let members = sessions.enumerated().map { number, session in
            let name = "\(kind.thread)-\(number)"
            let heartbeat = telemetry.heartbeat(name, allowedMilliseconds: (secondsMax + 1) * 1000)
            return Workers<Queue>.Member<[Waiting]>(name: name, session: session, heartbeat: heartbeat) { taken in
                let now = Monotonic.nanoseconds
                for waiting in taken { wait.add(now - waiting.since) }
                // Whoever does not wait any more would only keep others waiting.
                for waiting in taken where waiting.deadline.hasPassed(now: now) { waiting.job(.failure(.tooLate)) }
                let reads = taken.filter { !$0.deadline.hasPassed(now: now) }
                guard !reads.isEmpty else { return }
                heartbeat.begin(kind.activity)
                session.readTogether(reads.map(\.question)) { number in reads[number].job(.success(session)) }
            }
        }
        workers = Workers(Queue(), members) {
            $0.take(max: togetherMax)
        } abandon: { queue in
            let abandoned = queue.logins + queue.others
            queue = Queue()
            return { for waiting in abandoned { waiting.job(.failure(StoreError.away.apiError)) } }
        }
        telemetry.metrics.queue(kind.queue, limit: queueMax) { [state = workers.state] in
            state.withLock { $0.queue.logins.count + $0.queue.others.count }
        }
    }

    /// - Parameters:
    ///   - isLogin: somebody waits to log in; goes before everything else, with as many places again.
    ///   - deadline: what still waits when it has passed is not read, and told so.
    ///   - question: what `job` will ask first.
    /// - Throws: 503 when too many wait, or the database cannot be reached.
    func enqueue(
        isLogin: Bool, until deadline: Deadline, _ question: Question?, _ job: @escaping Job
    ) throws(APIError) {
        let problem: APIError? = workers.state.update { state in
            if state.isClosed { return .stopping }
            if state.readyCount == 0 { return StoreError.away.apiError }
            let count = isLogin ? state.queue.logins.count : state.queue.others.count
            if count >= queueMax { return refusal }
            let waiting = Waiting(deadline: deadline, question: question, job: job)
            if isLogin { state.queue.logins.append(waiting) } else { state.queue.others.append(waiting) }
            return nil
        }
        if let problem { throw problem }
    }

    /// Finishes what is queued and ends the threads.
    func shutdown() {
        workers.shutdown()
    }
}

extension StoreError {
    /// No thread has a connection.
    static let away = StoreError(.unreachable, "the database is away")
}

extension APIError {
    static let stopping = APIError.unavailable("ERROR: the server is stopping")
}
