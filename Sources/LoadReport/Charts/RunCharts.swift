internal import LoadRecord

/// The panels over time of one run.
struct RunCharts: Sendable {
    let panels: [TimeChart]
    let frame: TimeFrame
    /// Per bucket its middle's coordinate, the time of day, and what each panel says.
    let readings: [[String]]

    init(_ record: RunRecord) {
        let buckets = TimeBuckets(record)
        frame = TimeFrame(record, buckets)
        panels = buckets.buckets.count < 2 ? [] : Self.load(buckets.buckets) + Self.server(buckets.buckets)
        let (panels, frame) = (panels, frame)
        readings =
            panels.isEmpty
            ? []
            : buckets.buckets.indices.map { index in
                let bucket = buckets.buckets[index]
                let clock = "\(record.moment(at: bucket.offsetSeconds).clock) UTC"
                return [Figure.decimals(frame.middles[index], 1), clock] + panels.map { $0.reading(index) }
            }
    }

    private static func load(_ buckets: [SecondFigures]) -> [TimeChart] {
        func perSecond(_ value: (SecondFigures) -> Int) -> [Double?] {
            buckets.map { Double(value($0)) / max($0.seconds, 0.001) }
        }
        func milliseconds(_ value: (SecondFigures) -> Int?) -> [Double?] {
            buckets.map { value($0).map { Double($0) / 1e3 } }
        }
        return [
            TimeChart(
                title: "Requests per second",
                series: [
                    .init(name: "succeeded", cssClass: "c-good", values: perSecond { $0.succeeded }, kind: .area),
                    .init(name: "sent", cssClass: "c-quiet", values: perSecond { $0.sent }),
                ], height: 130, format: { axisNumber($0) }),
            TimeChart(
                title: "Latency from intended time, ms (log)",
                series: [
                    .init(name: "max", cssClass: "c-max", values: milliseconds(\.max)),
                    .init(name: "p99", cssClass: "c-p99", values: milliseconds(\.p99)),
                    .init(name: "p90", cssClass: "c-p90", values: milliseconds(\.p90)),
                    .init(name: "p50", cssClass: "c-p50", values: milliseconds(\.p50)),
                ], height: 160, isLogarithmic: true, format: { axisNumber($0) }),
            TimeChart(
                title: "Errors per second",
                series: [.init(name: "failed", cssClass: "c-bad", values: perSecond { $0.failed }, kind: .bars)],
                height: 72,
                format: { axisNumber($0) }),
            TimeChart(
                title: "Users and requests in flight",
                series: [
                    .init(name: "in flight", cssClass: "c-1", values: buckets.map { Double($0.inFlight) }),
                    .init(name: "users", cssClass: "c-quiet", values: buckets.map { Double($0.users) }),
                ], format: { axisNumber($0) }),
        ]
    }

    /// Only what was to be had.
    private static func server(_ buckets: [SecondFigures]) -> [TimeChart] {
        let samples = buckets.map(\.server)
        var charts: [TimeChart] = []
        func add(
            _ title: String, _ series: [TimeChart.Series], height: Double = 104,
            _ format: @escaping @Sendable (Double) -> String
        ) {
            if series.contains(where: { $0.values.contains { $0 != nil } }) {
                charts.append(TimeChart(title: title, series: series, height: height, format: format))
            }
        }
        add(
            "Server CPU, % of one processor",
            [.init(name: "server", cssClass: "c-1", values: samples.map { $0?.cpu.map { $0 * 100 } }, kind: .area)]
        ) { axisNumber($0) + " %" }
        add(
            "Server memory (RSS), MiB",
            [
                .init(
                    name: "RSS", cssClass: "c-1",
                    values: samples.map { $0?.residentBytes.map { Double($0) / 1_048_576 } }, kind: .area)
            ],
            height: 84
        ) { axisNumber($0) }
        let letters = Set(samples.flatMap { $0?.threads.keys.map(\.self) ?? [] })
        let known = [
            ("R", "running"), ("D", "disk wait"), ("S", "asleep"), ("T", "stopped"), ("t", "held to take stacks"),
            ("Z", "dead"), ("I", "idle"),
        ]
        let states = known + letters.subtracting(known.map(\.0)).sorted().map { ($0, $0) }
        add(
            "Server threads by state",
            states.filter { letters.contains($0.0) }.map { letter, name in
                .init(
                    name: name, cssClass: known.contains { $0.0 == letter } ? "t-\(letter)" : "t-other",
                    values: samples.map { $0.map { Double($0.threads[letter] ?? 0) } },
                    kind: .stacked)
            }
        ) { axisNumber($0) }
        let queues: [(name: String, cssClass: String, values: [Double?])] = [
            ("not accepted", "c-bad", samples.map { $0?.acceptQueue.map(Double.init) }),
            ("waiting to be written", "c-1", samples.map { $0?.queueDepth.map(Double.init) }),
        ]
        add(
            "Queues in the server",
            queues.filter { $0.values.contains { ($0 ?? 0) > 0 } }.map {
                .init(name: $0.name, cssClass: $0.cssClass, values: $0.values)
            },
            height: 84
        ) { axisNumber($0) }
        return charts
    }
}

/// "0.5", "20", "3,000": a tick is round already.
func axisNumber(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e9 ? Figure.count(Int(value)) : Figure.trimmed(Figure.number(value))
}
