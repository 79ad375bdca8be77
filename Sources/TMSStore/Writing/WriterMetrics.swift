package import Telemetry

/// What the writer tells of itself.
struct WriterMetrics {
    let heartbeat: Heartbeat
    let batchSize: Histogram
    let commitDuration: Histogram
    let failures: Counter
    private let loginWait: Histogram
    private let otherWait: Histogram

    /// - Parameter name: of the writer's thread.
    init(_ telemetry: Telemetry, name: String) {
        heartbeat = telemetry.heartbeat(name)
        let metrics = telemetry.metrics
        batchSize = metrics.histogram(
            "tms_commit_batch_size", "Writes in a group commit.", [:], .number, bounds: .sizes)
        commitDuration = metrics.histogram(
            "tms_commit_duration_seconds", "From BEGIN to durable, for a group commit.")
        failures = metrics.counter("tms_commit_failures_total", "Batches that could not be committed.")
        loginWait = metrics.queueWait("login_writes")
        otherWait = metrics.queueWait("writes")
    }

    func taken(_ batch: [QueuedWrite], now: Int) {
        for write in batch { (write.isLogin ? loginWait : otherWait).add(now - write.queuedAt) }
    }
}

/// What the writer's thread can be found at.
enum WriterActivity {
    static let waiting: Activity = "wait for the checkpoint"
    static let performing: Activity = "statements"
    static let committing: Activity = "commit"
    static let completing: Activity = "hand out answers"
}

extension Metrics {
    /// How long something waited in that queue.
    package func queueWait(_ queue: String) -> Histogram {
        histogram("tms_queue_wait_seconds", "How long something waited in a queue.", ["queue": queue])
    }

    /// How much waits in a queue, and how much may.
    package func queue(_ queue: String, limit: Int, depth: @escaping @Sendable () -> Int) {
        gauge("tms_queue_depth", "What waits in a queue now.", ["queue": queue]) { Double(depth()) }
        gauge("tms_queue_limit", "How much may wait in a queue.", ["queue": queue]) { Double(limit) }
    }
}
