import Telemetry
import Testing

@Suite struct MetricsTests {
    private let metrics = Metrics()

    private var lines: [Substring] { metrics.text.split(separator: "\n") }

    @Test func counterHasHelpTypeAndValue() {
        let counter = metrics.counter("c_total", "Counts.")
        counter.add()
        counter.add(41)
        #expect(lines == ["# HELP c_total Counts.", "# TYPE c_total counter", "c_total 42"])
    }

    @Test func oneOfManyIsListedOnceItHasCounted() {
        let counter = metrics.counter("c_total", "Counts.", ["a": "b"], isListedWhileZero: false)
        #expect(!lines.contains { $0.hasPrefix("c_total") })
        counter.add()
        #expect(lines.last == "c_total{a=\"b\"} 1")
    }

    @Test func labelsAreEscaped() {
        _ = metrics.counter("c_total", "Counts.", ["a": "back\\slash \"quote\" new\nline"])
        #expect(lines.last == #"c_total{a="back\\slash \"quote\" new\nline"} 0"#)
    }

    @Test func sameNameAndLabelsAreShownAsTheirSum() {
        for number in 1...3 { metrics.counter("c_total", "Counts.", ["a": "b"]).add(number) }
        for _ in 1...2 {
            metrics.histogram("h", "Sizes.", [:], .number, bounds: [1, 2]).add(2)
            metrics.gauge("g", "Level.") { 1.5 }
        }
        #expect(lines.count { $0.hasPrefix("c_total{") } == 1)
        #expect(lines.contains("c_total{a=\"b\"} 6"))
        #expect(lines.contains("h_count 2"))
        #expect(lines.contains("g 3"))
    }

    @Test func bucketsCountWhatIsAtOrBelowThem() {
        let histogram = metrics.histogram("h", "Sizes.", ["a": "b"], .number, bounds: [1, 10])
        for value in [1, 2, 10, 11, 1000] { histogram.add(value) }
        #expect(
            lines.dropFirst(2) == [
                "h_bucket{a=\"b\",le=\"1\"} 1", "h_bucket{a=\"b\",le=\"10\"} 3", "h_bucket{a=\"b\",le=\"+Inf\"} 5",
                "h_sum{a=\"b\"} 1024", "h_count{a=\"b\"} 5",
            ])
    }

    @Test func timesAreInSeconds() {
        let histogram = metrics.histogram("h_seconds", "Times.", bounds: [2_500_000, 1_000_000_000])
        histogram.add(1_000_000)
        histogram.add(499_000_000)
        #expect(
            lines.dropFirst(2) == [
                "h_seconds_bucket{le=\"0.0025\"} 1", "h_seconds_bucket{le=\"1\"} 2",
                "h_seconds_bucket{le=\"+Inf\"} 2", "h_seconds_sum 0.5", "h_seconds_count 2",
            ])
    }

    @Test func nothingIsLostWhenManyCountAtOnce() async {
        let counter = metrics.counter("c_total", "Counts.")
        let histogram = metrics.histogram("h", "Sizes.", [:], .number, bounds: [1])
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<10_000 {
                        counter.add()
                        histogram.add(1)
                    }
                }
            }
        }
        #expect(counter.value == 80_000)
        #expect(histogram.snapshot.count == 80_000)
    }
}
