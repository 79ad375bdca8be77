private import Primitives

/// What the parts of a server tell of themselves: their metrics, and the heartbeats of their threads.
///
/// One for each server, made first and handed to every part.
package final class Telemetry: Sendable {
    package let metrics = Metrics()
    private let all = Monitor<[Heartbeat]>([])

    package init() {}

    /// - Parameter allowedMilliseconds: how long the part may be at one thing, if that is long by nature.
    package func heartbeat(_ part: String, allowedMilliseconds: Int = 0) -> Heartbeat {
        let heartbeat = Heartbeat(part: part, allowedMilliseconds: allowedMilliseconds)
        all.withLock { $0.append(heartbeat) }
        return heartbeat
    }

    package var heartbeats: [Heartbeat] { all.withLock { $0 } }
}
