/// A comparison of something measured with a limit: "p99>250ms for 10s", "errors>0.1%", "rate<400".
///
///     condition = metric ("<" | "<=" | ">" | ">=") value ["for" time]
///
/// Latencies count from the intended time of sending.
struct Condition: Hashable, Sendable {
    enum Metric: Hashable, Sendable {
        /// Of the latencies; 50 to 99.99. Microseconds.
        case percentile(Double)
        case max
        case mean
        /// A part of all completed requests.
        case errors
        /// How many requests failed.
        case failures
        /// Completions per second.
        case rate
        /// Resident bytes of the server.
        case serverMemory
        /// Of the server, 1 = one processor.
        case serverCPU
    }

    enum Comparison: String, Sendable, CaseIterable {
        // The longer ones first: they begin like the others.
        case atMost = "<="
        case atLeast = ">="
        case below = "<"
        case above = ">"

        func holds(_ left: Double, _ right: Double) -> Bool {
            switch self {
            case .atMost: left <= right
            case .atLeast: left >= right
            case .below: left < right
            case .above: left > right
            }
        }
    }

    /// As it was written.
    let text: String
    let metric: Metric
    let comparison: Comparison
    /// In the metric's unit.
    let limit: Double
    /// Seconds for which it must hold without a break; nil: of the step as a whole.
    let duration: Double?
}

/// Why a condition cannot be understood.
struct ConditionError: Error {
    let reason: String

    init(_ reason: String) {
        self.reason = reason
    }
}

extension Condition {
    static let metricNames =
        "p50, p75, p90, p95, p98, p99, p99.9, p99.99, max, mean, errors, failures, rate, server-memory, server-cpu"

    /// Metrics that are known second by second.
    var isKnownPerSecond: Bool {
        switch metric {
        case .percentile(let percent): [50, 90, 99].contains(percent)
        case .mean: false
        default: true
        }
    }

    /// Reads one condition.
    init(_ text: String) throws(ConditionError) {
        let text = text.trimmed
        guard let (left, comparison, right) = Self.parts(text) else {
            throw ConditionError("\"\(text)\" compares nothing: write it like p99>250ms or errors>0.1%")
        }
        guard let metric = Self.metric(left) else {
            throw ConditionError(
                "\"\(left)\" in \"\(text)\" is nothing that is measured; there are \(Self.metricNames)")
        }
        var words = right.split(separator: " ").map(String.init)
        var duration: Double?
        if let position = words.firstIndex(where: { $0.lowercased() == "for" }) {
            let time = words[(position + 1)...].joined()
            guard let span = TimeSpan(time), span.seconds >= 1, !span.isTooLong else {
                throw ConditionError("\"for \(time)\" in \"\(text)\" is no time of a second or more, such as 10s")
            }
            duration = span.seconds.rounded(.up)
            words.removeSubrange(position...)
        }
        self.init(
            text: text, metric: metric, comparison: comparison,
            limit: try Self.value(words.joined(), of: metric, in: text), duration: duration)
        if duration != nil, !isKnownPerSecond {
            throw ConditionError("\"\(text)\": second by second only p50, p90, p99 and max are kept of latencies")
        }
    }

    /// Reads conditions that are separated by commas, as in `--find-max`.
    static func list(_ text: String) throws(ConditionError) -> [Condition] {
        var conditions: [Condition] = []
        for part in text.split(separator: ",") { conditions.append(try Condition(String(part))) }
        guard !conditions.isEmpty else { throw ConditionError("no condition is given") }
        return conditions
    }

    private static func parts(_ text: String) -> (String, Comparison, String)? {
        guard let index = text.firstIndex(where: { $0 == "<" || $0 == ">" }) else { return nil }
        for comparison in Comparison.allCases where text[index...].hasPrefix(comparison.rawValue) {
            let right = text[index...].dropFirst(comparison.rawValue.count)
            return (text[..<index].trimmed.lowercased(), comparison, right.trimmed)
        }
        return nil
    }

    private static func metric(_ name: String) -> Metric? {
        switch name {
        case "max": .max
        case "mean", "avg", "average": .mean
        case "median": .percentile(50)
        case "errors", "error-rate": .errors
        case "failures", "fails": .failures
        case "rate", "req/s", "rps": .rate
        case "server-memory", "rss": .serverMemory
        case "server-cpu", "cpu": .serverCPU
        default:
            if name.hasPrefix("p"), let percent = Double(name.dropFirst()),
                [50, 75, 90, 95, 98, 99, 99.9, 99.99]
                    .contains(percent)
            {
                .percentile(percent)
            } else {
                nil
            }
        }
    }

    private static func value(_ text: String, of metric: Metric, in whole: String) throws(ConditionError) -> Double {
        func refuse(_ expected: String) -> ConditionError {
            ConditionError("\"\(text)\" in \"\(whole)\" should be \(expected)")
        }
        switch metric {
        case .percentile, .max, .mean:
            // A bare number would be seconds to one and milliseconds to the next.
            guard Double(text) == nil, let time = TimeSpan(text) else {
                throw refuse("a time with a unit, such as 250ms")
            }
            return time.seconds * 1_000_000
        case .errors:
            guard text.hasSuffix("%"), let percent = Double(text.dropLast()), (0...100).contains(percent) else {
                throw refuse("per cent, such as 0.1%; for a number of requests write failures")
            }
            return percent / 100
        case .failures, .rate:
            let number = text.hasSuffix("/s") ? String(text.dropLast(2)) : text
            guard let value = Double(number), value >= 0 else { throw refuse("a number") }
            return value
        case .serverCPU:
            guard text.hasSuffix("%"), let percent = Double(text.dropLast()), percent >= 0 else {
                throw refuse("per cent of one processor, such as 150%")
            }
            return percent / 100
        case .serverMemory:
            let units = [("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("KB", 1e3)]
            guard let unit = units.first(where: { text.hasSuffix($0.0) }), let value = Double(text.dropLast(2)),
                value >= 0
            else {
                throw refuse("a size, such as 200MB")
            }
            return value * unit.1
        }
    }

    /// A value of the metric as people read it.
    func spoken(_ value: Double) -> String {
        switch metric {
        case .percentile, .max, .mean: Int(value).microseconds
        case .errors: value.percent
        case .failures: Int(value).grouped
        case .rate: "\(value.figure)/s"
        case .serverCPU: value.percent
        case .serverMemory: Int(value).bytes
        }
    }

    /// "p99", "max", "errors" …
    var metricName: String {
        switch metric {
        case .percentile(let percent): "p\(percent.rounded(toPlaces: 2))"
        case .max: "the maximum"
        case .mean: "the mean"
        case .errors: "the part that failed"
        case .failures: "the number of failures"
        case .rate: "the rate"
        case .serverCPU: "the server's CPU"
        case .serverMemory: "the server's memory"
        }
    }
}
