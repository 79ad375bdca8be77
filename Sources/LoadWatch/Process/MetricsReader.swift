private import Primitives

/// What a server says of itself on `GET /metrics`, when it has that.
package struct MetricsFigures: Sendable, Hashable {
    /// Writes that wait for the database.
    package var queueDepth: Int?
    /// Mean commit since the reading before.
    package var commitMilliseconds: Double?
}

/// Reads the server's own metrics (docs/metrics.md) over plain HTTP. Any server that does not have them is left alone
/// after the first attempt.
package struct MetricsReader: Sendable {
    /// For which `read` may keep its caller waiting.
    package static let timeoutMilliseconds = 300
    /// More is no queue.
    static let queueDepthMax = 1_000_000_000

    private let address: SocketAddress?
    private let hostHeader: String
    private var isMissing = false
    private var commits: (seconds: Double, count: Double)?

    /// - Parameter url: "http://host:port"; any other scheme is never read.
    package init(url: String) {
        let target = HTTPTarget(url)
        hostHeader = target.map { "\($0.host):\($0.port)" } ?? ""
        address = target.flatMap { $0.usesTLS ? nil : SocketAddress.resolve(host: $0.host, port: $0.port) }
    }

    package mutating func read() -> MetricsFigures? {
        guard let address, !isMissing else { return nil }
        let deadline = Monotonic.nanoseconds + Self.timeoutMilliseconds * 1_000_000
        guard let answer = PlainHTTP.get("/metrics", host: hostHeader, at: address, deadline: deadline) else {
            // Frozen or busy; it may have them all the same.
            return nil
        }
        guard answer.status == 200, let metrics = Self.parse(answer.body) else {
            isMissing = true
            return nil
        }
        var figures = MetricsFigures(queueDepth: metrics.queueDepth)
        if let now = metrics.commits {
            // What comes of odd numbers is left out as well.
            if let before = commits, now.count - before.count >= 1, now.seconds >= before.seconds {
                figures.commitMilliseconds = (now.seconds - before.seconds) / (now.count - before.count) * 1000
            }
            commits = now
        }
        return figures
    }

    /// - Returns: nil when it holds none of ours.
    static func parse(_ text: String) -> (queueDepth: Int?, commits: (seconds: Double, count: Double)?)? {
        var queueDepth: Int?
        var (seconds, count): (Double?, Double?)
        for line in text.split(separator: "\n") {
            guard let space = line.lastIndex(of: " "), let value = Double(line[line.index(after: space)...]),
                // What anybody's server says: no NaN, nothing that no Int can hold.
                abs(value) < 1e15
            else { continue }
            switch line[..<space] {
            case #"tms_queue_depth{queue="login_writes"}"#, #"tms_queue_depth{queue="writes"}"#:
                queueDepth = min((queueDepth ?? 0) + Int(value), Self.queueDepthMax)
            case "tms_commit_duration_seconds_sum": seconds = value
            case "tms_commit_duration_seconds_count": count = value
            default: break
            }
        }
        guard let seconds, let count else { return queueDepth.map { ($0, nil) } }
        return (queueDepth, (seconds, count))
    }
}
