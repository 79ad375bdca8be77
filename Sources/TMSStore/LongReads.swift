internal import Primitives
internal import TMSAPI

/// Threads for reads that are too long for an event loop: pages of lists.
///
/// Each thread has a read-only connection of its own. What waits, and what one read may take, is limited.
final class LongReads: Sendable {
    typealias Job = @Sendable (SQLiteConnection) -> Void

    private struct Queue {
        var waiting: [Job] = []
        var isClosed = false
    }

    private let queue = Monitor(Queue())
    private let queueMax: Int
    private let threads: [WorkerThread]

    init(_ configuration: Store.Configuration) throws(StoreError) {
        queueMax = configuration.listQueueMax
        var threads: [WorkerThread] = []
        for number in 0..<configuration.listThreads {
            let connection = OwnedConnection(
                try SQLiteConnection(
                    path: configuration.path, role: .reader,
                    busyTimeoutMilliseconds: configuration.busyTimeoutMilliseconds))
            let (queue, secondsMax) = (queue, configuration.listSecondsMax)
            threads.append(
                WorkerThread(name: "tms-list-\(number)") {
                    while let job = Self.next(queue) {
                        connection.value.limitReads(seconds: secondsMax)
                        job(connection.value)
                    }
                })
        }
        self.threads = threads
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
            queue.waiting.append(job)
            return nil
        }
        if let refusal { throw .unavailable(refusal) }
    }

    /// Finishes what is queued and ends the threads.
    func shutdown() {
        queue.update { $0.isClosed = true }
        for thread in threads { thread.join() }
    }

    /// nil when the queue is closed and empty.
    private static func next(_ queue: Monitor<Queue>) -> Job? {
        queue.wait { queue -> Job?? in
            if queue.waiting.isEmpty { return queue.isClosed ? .some(nil) : nil }
            return queue.waiting.removeFirst()
        } ?? nil
    }
}
