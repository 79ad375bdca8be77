/// What a step did, warm-up left out.
package struct StepRecord: Codable, Sendable {
    package var planned = PlannedStep()
    /// Seconds from the run's start to the first measured request.
    package var offsetSeconds = 0.0
    /// Measured, exact.
    package var seconds = 0.0
    package var warmUpRequests = 0
    /// Mean requests in flight by Little's law: completions per second × mean service time.
    package var effectiveConcurrency = 0.0
    /// The most that were counted at once.
    package var inFlightMax = 0
    /// False: the load that was planned was not there (L < 0.8 × users, or fewer than 99.5 % of the planned requests sent).
    package var wasReached = true
    /// Why not, in a sentence.
    package var shortfall: String?
    /// Difference of the rates of the step's halves, as a part of their mean; nil when it was too short to tell.
    package var halvesDiffer: Double?
    /// One per scenario, in the plan's order.
    package var scenarios: [ScenarioFigures] = []

    package init() {}

    /// The sums over all scenarios; latencies are merged.
    package var total: ScenarioFigures {
        scenarios.dropFirst().reduce(scenarios.first ?? ScenarioFigures()) { $0.adding($1) }
    }

    /// A step is steady when its halves agree within this.
    package static let halvesMayDiffer = 0.05
}

/// What became of a scenario's requests.
package struct ScenarioFigures: Codable, Sendable {
    package var name = ""
    /// "POST /v1/tms/pubkeys/creds"
    package var request = ""
    /// Requests that should have been sent in the measured time (open model), or that were begun (closed).
    package var planned = 0
    package var sent = 0
    package var succeeded = 0
    /// By class, those with none left out.
    package var failures: [FailureClass: Int] = [:]
    /// Answers by HTTP status.
    package var statuses: [Int: Int] = [:]
    /// Completions, of whatever kind, per second of the measured time.
    package var perSecond = 0.0
    /// From when the request was due; successes and failures alike.
    package var fromIntended = LatencySummary()
    /// From when it was really sent.
    package var service = LatencySummary()
    /// Opening of connections, TLS included.
    package var connect = LatencySummary()
    /// From the request's last byte to the answer's first.
    package var firstByte = LatencySummary()
    /// From the answer's first byte to its last.
    package var body = LatencySummary()
    package var bytesSent = 0
    package var bytesReceived = 0
    package var connectionsOpened = 0
    /// Answers that did not hold what they must, shortened and without secrets: at most ``examplesMax``.
    package var examples: [String] = []
    package static let examplesMax = 5

    package init() {}

    package var failed: Int { failures.values.reduce(0, +) }
    package var completed: Int { succeeded + failed }

    package func adding(_ other: ScenarioFigures) -> ScenarioFigures {
        var sum = self
        sum.name = "Aggregated"
        sum.request = ""
        sum.planned += other.planned
        sum.sent += other.sent
        sum.succeeded += other.succeeded
        sum.failures.merge(other.failures, uniquingKeysWith: +)
        sum.statuses.merge(other.statuses, uniquingKeysWith: +)
        sum.perSecond += other.perSecond
        sum.fromIntended = fromIntended.merged(with: other.fromIntended)
        sum.service = service.merged(with: other.service)
        sum.connect = connect.merged(with: other.connect)
        sum.firstByte = firstByte.merged(with: other.firstByte)
        sum.body = body.merged(with: other.body)
        sum.bytesSent += other.bytesSent
        sum.bytesReceived += other.bytesReceived
        sum.connectionsOpened += other.connectionsOpened
        sum.examples = Array((examples + other.examples).prefix(Self.examplesMax))
        return sum
    }
}

/// How a request can fail. What it is called in reports is its raw value.
package enum FailureClass: String, Codable, CaseIterable, CodingKeyRepresentable, Sendable {
    case dns
    case refused
    case reset
    case connectTimeout = "connect-timeout"
    case tls
    case write
    case firstByteTimeout = "first-byte-timeout"
    case bodyTimeout = "body-timeout"
    case status4xx = "4xx"
    case status5xx = "5xx"
    case wrongBody = "wrong-body"
    case frozen
    case cancelled
    /// The generator's own fault: it had no port, file or memory left.
    case generator
}
