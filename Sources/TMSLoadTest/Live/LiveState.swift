internal import LoadRecord

/// What the view shows: the newest second and where the run is.
struct LiveState: Sendable {
    var step = PlannedStep()
    var stepNumber = 0
    var stepCount = 1
    /// Of the step, by the generator's clock.
    var stepStartedAt = 0
    var now = 0
    /// Of this step, warm-up included.
    var completedInStep = 0
    var newest: SecondFigures?
    var inFlight = 0
    var failures: [FailureClass: Int] = [:]
    var completed = 0
    var server: ServerSample?
    var freeze: Freeze?
    var freezesSoFar = 0

    /// A freeze that goes on.
    struct Freeze: Sendable {
        var kind = FreezeRecord.Kind.hang
        var beganAt = 0
        var inFlight = 0
    }

    var elapsed: Double { stepStartedAt > 0 ? Double(now - stepStartedAt) / 1e9 : 0 }

    /// A part of one of the step; nil when nothing tells.
    var progress: Double? {
        var parts: [Double] = []
        if let seconds = step.seconds {
            let start = step.users == nil ? 0 : step.startSeconds
            parts.append(elapsed / max(seconds + step.warmUpSeconds + start, 0.1))
        }
        if let iterations = step.iterations, let users = step.users {
            parts.append(Double(completedInStep) / Double(users * iterations))
        }
        return parts.max().map { min($0, 1) }
    }

    /// Of the step, at the pace so far; nil before there is one.
    var secondsLeft: Double? {
        guard let progress, progress > 0.02, elapsed > 1 else { return nil }
        return elapsed * (1 - progress) / progress
    }

    var aim: String {
        if let users = step.users { return users.of("user") }
        return step.rate.map { "\($0.figure)/s" } ?? ""
    }

    mutating func add(_ second: SecondFigures) {
        newest = second
        completed += second.succeeded + second.failed
        completedInStep += second.succeeded + second.failed
        failures.merge(second.failures, uniquingKeysWith: +)
        if let sample = second.server { server = sample }
    }

    // MARK: Parts of the view

    var errorsText: String {
        guard !failures.isEmpty else { return "none" }
        let failed = failures.values.reduce(0, +)
        let classes = failures.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
            .map { "\($0.key.rawValue) \($0.value.grouped)" }.joined(separator: ", ")
        return "\(failed.grouped) of \(completed.grouped) (\((Double(failed) / Double(max(completed, 1))).percent)): "
            + classes
    }

    var latencyText: String {
        guard let p50 = newest?.p50, let p99 = newest?.p99 else { return "no answer in the last second" }
        return "p50 \(p50.microseconds), p99 \(p99.microseconds)"
            + (newest?.max.map { ", max \($0.microseconds)" } ?? "")
    }

    var rateText: String {
        guard let newest else { return "0/s" }
        return "\((Double(newest.succeeded + newest.failed) / max(newest.seconds, 0.001)).figure)/s"
    }

    var serverText: String {
        guard let server else { return "not watched" }
        var parts: [String] = []
        if let cpu = server.cpu { parts.append("CPU \(Int((cpu * 100).rounded())) %") }
        if let bytes = server.residentBytes { parts.append("memory \(bytes.bytes)") }
        if !server.threads.isEmpty {
            let states = server.threads.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            parts.append("threads \(states.joined(separator: " "))")
        }
        if let queue = server.acceptQueue, queue > 0 { parts.append("accept queue \(queue)") }
        return parts.isEmpty ? "not watched" : parts.joined(separator: ", ")
    }

    var freezeText: String? {
        guard let freeze else { return nil }
        return "FREEZE for \((Double(now - freeze.beganAt) / 1e9).oneDecimal) s: \(freeze.kind.rawValue), "
            + "\(freeze.inFlight) in flight"
    }
}
