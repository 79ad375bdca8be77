internal import TMSAPI
internal import TMSStore
internal import Telemetry

/// What the HTTP layer counts for all loops together.
struct HTTPMetrics: Sendable {
    /// Of any limit, wherever it is kept: counted with the answer, and so once.
    let refusals: [LimitReason: Counter]
    let turnWait: Histogram
    let acceptFailures: Counter

    init(_ metrics: Metrics) {
        refusals = Dictionary(
            uniqueKeysWithValues: LimitReason.allCases.map { reason in
                (
                    reason,
                    metrics.counter(
                        "tms_http_refusals_total", "Requests refused with 503 by a limit.",
                        ["reason": reason.rawValue])
                )
            })
        turnWait = metrics.queueWait("loop")
        acceptFailures = metrics.counter(
            "tms_http_accept_failures_total", "Attempts to accept a connection for which there was no file or memory.")
    }
}

/// What is counted for one route.
struct RouteMetrics: Sendable {
    let duration: Histogram
    private let answers: [UInt: Counter]

    init(_ metrics: Metrics, method: String, route: String) {
        duration = metrics.histogram(
            "tms_http_request_duration_seconds", "From a request's head to its answer.",
            ["method": method, "route": route], isListedWhileZero: false)
        // 499: the caller had gone.
        let statuses = [200, 201, 499] + APIError.Code.allCases.map { UInt($0.rawValue) }
        answers = Dictionary(
            uniqueKeysWithValues: statuses.map { status in
                (
                    status,
                    metrics.counter(
                        "tms_http_requests_total", "Answers sent.",
                        ["method": method, "route": route, "status": "\(status)"], isListedWhileZero: false)
                )
            })
    }

    func answered(_ status: UInt, nanoseconds: Int) {
        answers[status]?.add()
        duration.add(nanoseconds)
    }
}

/// What one loop has in hand: written by it, read from any thread.
final class LoopLoad: Sendable {
    let heartbeat: Heartbeat
    let connections = Gauge()
    let waitingReads = Gauge()
    let waitingWrites = Gauge()
    let unsentBytes = Gauge()
    private let logins = Gauge()
    private let instants = Gauge()
    private let reads = Gauge()
    private let writes = Gauge()

    init(_ heartbeat: Heartbeat) {
        self.heartbeat = heartbeat
    }

    func inHand(_ requestClass: RequestClass) -> Gauge {
        switch requestClass {
        case .login: logins
        case .instant: instants
        case .read: reads
        case .write: writes
        }
    }

    /// Shows the sums over all loops.
    static func register(_ loads: [LoopLoad], limits: HTTPLimits, in metrics: Metrics) {
        func sum(_ gauge: @escaping @Sendable (LoopLoad) -> Gauge) -> @Sendable () -> Int {
            { loads.reduce(0) { $0 + gauge($1).value } }
        }
        for requestClass in RequestClass.allCases {
            let inHand = sum { $0.inHand(requestClass) }
            metrics.gauge(
                "tms_http_requests_in_flight", "Requests in hand.", ["class": requestClass.rawValue]
            ) { Double(inHand()) }
        }
        let (connections, unsent) = (sum(\.connections), sum(\.unsentBytes))
        metrics.gauge("tms_http_connections", "Open connections.") { Double(connections()) }
        metrics.gauge("tms_http_connections_max", "How many may be open.") { Double(limits.connectionsMax) }
        metrics.gauge("tms_http_unsent_bytes", "Large answers that callers have not taken yet.") { Double(unsent()) }
        metrics.queue("loop_reads", limit: limits.inFlightMax, depth: sum(\.waitingReads))
        metrics.queue("loop_writes", limit: limits.inFlightMax, depth: sum(\.waitingWrites))
    }
}
