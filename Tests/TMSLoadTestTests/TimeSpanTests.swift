import Testing

@testable import TMSLoadTest

@Suite("Times as people write them")
struct TimeSpanTests {
    @Test(
        "are read with units and without",
        arguments: [
            ("30s", 30.0), ("20m", 1200), ("1h30m", 5400), ("90", 90), ("0.5", 0.5), ("250ms", 0.25), ("1.5s", 1.5),
            ("2d", 172_800), ("1m30s", 90), ("3H", 10_800),
        ])
    func read(text: String, seconds: Double) {
        #expect(TimeSpan(text)?.seconds == seconds)
    }

    @Test(
        "are refused when they are none",
        arguments: [
            "", "s", "-5", "5x", "30m1h", "1h1h", "ten", ".5s", "nan", "1e400",
            String(repeating: "9", count: 400) + "s",
        ])
    func refused(text: String) {
        #expect(TimeSpan(text) == nil)
    }

    @Test(
        "are said shortly",
        arguments: [
            (0.25, "250 ms"), (1.5, "1.5 s"), (45, "45 s"), (150, "2 min 30 s"), (5400, "1 h 30 min"), (0, "0 s"),
        ])
    func said(seconds: Double, text: String) {
        #expect(TimeSpan(seconds: seconds).description == text)
    }
}

@Suite("Figures")
struct FiguresTests {
    @Test("A part that is not zero is never said to be 0 %")
    func neverZero() {
        #expect(0.0.percent == "0 %")
        for failures in [1, 3, 40] {
            for requests in [10_000, 1_000_000, 100_000_000] {
                let text = (Double(failures) / Double(requests)).percent
                #expect(text != "0 %" && text.contains { ("1"..."9").contains($0) }, "\(failures)/\(requests): \(text)")
            }
        }
        #expect((1.0 / 10_000).percent == "0.01 %")
        #expect(0.5.percent == "50 %")
        #expect(1.0.percent == "100 %")
    }

    @Test("Thousands are set apart")
    func grouped() {
        #expect(1_000.grouped == "1,000")
        #expect(999.grouped == "999")
        #expect(1_234_567.grouped == "1,234,567")
        #expect(1.of("user") == "1 user")
        #expect(2.of("user") == "2 users")
    }

    @Test("Times have the unit that suits")
    func times() {
        #expect(850.microseconds == "850 µs")
        #expect(4_200.microseconds == "4.20 ms")
        #expect(3_900_000.microseconds == "3.90 s")
    }
}
