private import Primitives

/// All metrics of a server, and their text for Prometheus.
///
/// Instruments are made once, when a part starts, and kept by it; whoever counts with them never comes here again.
/// Several of one name with the same labels are shown as their sum: threads that count often each have their own, so
/// that no processor waits for another's cache.
package final class Metrics: Sendable {
    package typealias Labels = KeyValuePairs<String, String>

    fileprivate enum Instrument: Sendable {
        case counter(Counter)
        case reading(@Sendable () -> Double)
        case histogram(Histogram)
    }

    fileprivate struct Series: Sendable {
        /// `method="GET",route="/v1/tms/version"`, or empty.
        let labels: String
        var instruments: [Instrument]
        let isListedWhileZero: Bool
    }

    fileprivate struct Family: Sendable {
        let name: String
        let type: String
        let help: String
        var series: [Series] = []
        /// Where the series of those labels is.
        var places: [String: Int] = [:]
    }

    fileprivate struct Families {
        var all: [Family] = []
        /// Where the family of that name is.
        var places: [String: Int] = [:]
    }

    private let families = Monitor(Families())

    package init() {}

    // MARK: Making instruments

    /// - Parameter isListedWhileZero: false for one of many that may never count anything.
    package func counter(
        _ name: String, _ help: String, _ labels: Labels = [:], isListedWhileZero: Bool = true
    ) -> Counter {
        let counter = Counter()
        add(.counter(counter), name, "counter", help, labels, isListedWhileZero)
        return counter
    }

    package func histogram(
        _ name: String, _ help: String, _ labels: Labels = [:], _ unit: Histogram.Unit = .nanoseconds,
        bounds: [Int] = .times, isListedWhileZero: Bool = true
    ) -> Histogram {
        let histogram = Histogram(unit, bounds: bounds)
        add(.histogram(histogram), name, "histogram", help, labels, isListedWhileZero)
        return histogram
    }

    /// A value that is read whenever somebody looks, on the thread that looks: it must not wait.
    package func gauge(
        _ name: String, _ help: String, _ labels: Labels = [:], _ read: @escaping @Sendable () -> Double
    ) {
        add(.reading(read), name, "gauge", help, labels, true)
    }

    /// The same for a number that something else counts up.
    package func count(
        _ name: String, _ help: String, _ labels: Labels = [:], _ read: @escaping @Sendable () -> Double
    ) {
        add(.reading(read), name, "counter", help, labels, true)
    }

    private func add(
        _ instrument: Instrument, _ name: String, _ type: String, _ help: String, _ labels: Labels,
        _ isListedWhileZero: Bool
    ) {
        let labels = labels.map { "\($0.key)=\"\(Self.escape($0.value))\"" }.joined(separator: ",")
        families.withLock { families in
            let place = families.places[name] ?? families.all.endIndex
            if place == families.all.endIndex {
                families.places[name] = place
                families.all.append(Family(name: name, type: type, help: help))
            }
            precondition(families.all[place].type == type, "\(name) is a \(families.all[place].type) already")
            families.all[place].add(instrument, labels, isListedWhileZero)
        }
    }

    private static func escape(_ value: String) -> String {
        guard value.utf8.contains(where: { $0 == 0x5C || $0 == 0x22 || $0 == 0x0A }) else { return value }
        return value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    // MARK: Prometheus

    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// The exposition format, version 0.0.4. Takes about a millisecond: not for an event loop.
    package var text: String {
        var text = ""
        for family in families.withLock({ $0.all }) {
            text += "# HELP \(family.name) \(family.help)\n# TYPE \(family.name) \(family.type)\n"
            for series in family.series { series.write(to: &text, name: family.name) }
        }
        return text
    }
}

extension Metrics.Family {
    fileprivate mutating func add(_ instrument: Metrics.Instrument, _ labels: String, _ isListedWhileZero: Bool) {
        if let place = places[labels] { return series[place].instruments.append(instrument) }
        places[labels] = series.endIndex
        series.append(
            Metrics.Series(labels: labels, instruments: [instrument], isListedWhileZero: isListedWhileZero))
    }
}

extension Metrics.Series {
    fileprivate func write(to text: inout String, name: String) {
        let braced = labels.isEmpty ? "" : "{\(labels)}"
        var number = 0.0
        var histogram: HistogramSnapshot?
        for instrument in instruments {
            switch instrument {
            case .counter(let counter): number += Double(counter.value)
            case .reading(let read): number += read()
            case .histogram(let other): histogram = histogram.map { $0 + other.snapshot } ?? other.snapshot
            }
        }
        if let histogram {
            guard isListedWhileZero || histogram.count > 0 else { return }
            histogram.write(to: &text, name: name, labels: labels)
        } else if isListedWhileZero || number != 0 {
            text += "\(name)\(braced) \(Metrics.spell(number))\n"
        }
    }
}

extension HistogramSnapshot {
    fileprivate func write(to text: inout String, name: String, labels: String) {
        let others = labels.isEmpty ? "" : labels + ","
        var below = 0
        for (bound, number) in zip(bounds.map(spell) + ["+Inf"], counts) {
            below += number
            text += "\(name)_bucket{\(others)le=\"\(bound)\"} \(below)\n"
        }
        let braced = labels.isEmpty ? "" : "{\(labels)}"
        text += "\(name)_sum\(braced) \(spell(sum))\n\(name)_count\(braced) \(below)\n"
    }

    fileprivate func spell(_ value: Int) -> String {
        switch unit {
        case .nanoseconds: Metrics.spell(Double(value) / 1e9)
        case .number: String(value)
        }
    }
}

extension Metrics {
    /// Whole numbers without a fraction.
    fileprivate static func spell(_ value: Double) -> String {
        Int(exactly: value).map(String.init) ?? "\(value)"
    }
}
