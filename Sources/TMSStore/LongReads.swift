internal import DequeModule
internal import Primitives
internal import TMSAPI
internal import Telemetry

/// Threads for reads that are too long for an event loop: pages of lists.
///
/// Each thread has a read-only connection of its own. What waits, and what one read may take, is limited.
final class LongReads: Sendable {
    typealias Job = @Sendable (SQLiteConnection) -> Void

    private struct Waiting: Sendable {
        let job: Job
        let since = Monotonic.nanoseconds
    }

    private struct Queue {
        var waiting: Deque<Waiting> = []
        var isClosed = false
    }

    private static let reading: Activity = "read a list"

    private let queue = Monitor(Queue())
    private let queueMax: Int
    private let refusals: Counter
    private let threads: [WorkerThread]

    init(_ configuration: Store.Configuration, telemetry: Telemetry) throws(StoreError) {
        queueMax = configuration.listQueueMax
        refusals = telemetry.metrics.refusals(.listQueue)
        let wait = telemetry.metrics.queueWait("lists")
        var threads: [WorkerThread] = []
        for number in 0..<configuration.listThreads {
            let connection = OwnedConnection(
                try SQLiteConnection(
                    path: configuration.path, role: .reader,
                    busyTimeoutMilliseconds: configuration.busyTimeoutMilliseconds))
            let (queue, secondsMax) = (queue, configuration.listSecondsMax)
            // A read that takes as long as it may is none that hangs.
            let heartbeat = telemetry.heartbeat("list-\(number)", allowedMilliseconds: (secondsMax + 1) * 1000)
            threads.append(
                WorkerThread(name: "tms-list-\(number)") {
                    while let next = Self.next(queue) {
                        wait.add(Monotonic.nanoseconds - next.since)
                        heartbeat.begin(Self.reading)
                        connection.value.limitReads(seconds: secondsMax)
                        next.job(connection.value)
                        heartbeat.rest()
                    }
                })
        }
        self.threads = threads
        telemetry.metrics.queue("lists", limit: queueMax) { [queue] in queue.withLock { $0.waiting.count } }
    }

    private struct OwnedConnection: @unchecked Sendable {
        // Sendable: used by one thread only, after `init`.
        let value: SQLiteConnection
        init(_ value: SQLiteConnection) { self.value = value }
    }

    /// - Throws: 503 when too many wait.
    func enqueue(_ job: @escaping Job) throws(APIError) {
        let refusal: String? = queue.update { queue in
            if queue.isClosed { return "ERROR: the server is stopping" }
            if queue.waiting.count >= queueMax { return "ERROR: too many lists are waiting" }
            queue.waiting.append(Waiting(job: job))
            return nil
        }
        guard let refusal else { return }
        refusals.add()
        throw .unavailable(refusal)
    }

    /// Finishes what is queued and ends the threads.
    func shutdown() {
        queue.update { $0.isClosed = true }
        for thread in threads { thread.join() }
    }

    /// nil when the queue is closed and empty.
    private static func next(_ queue: Monitor<Queue>) -> Waiting? {
        queue.wait { queue -> Waiting?? in
            if let next = queue.waiting.popFirst() { return next }
            return queue.isClosed ? .some(nil) : nil
        } ?? nil
    }
}
