import LoadRecord
import Testing

@testable import TMSLoadTest

@Suite("The live view")
struct LiveViewTests {
    private func state() -> LiveState {
        var state = LiveState()
        state.step.name = "createkey"
        state.step.users = 10
        state.step.iterations = 100
        (state.stepStartedAt, state.now) = (1, 10_000_000_001)
        var second = SecondFigures()
        (second.succeeded, second.failed, second.failures) = (240, 10, [.status5xx: 8, .reset: 2])
        (second.p50, second.p99, second.max) = (4_000, 31_000, 58_000)
        var sample = ServerSample()
        (sample.cpu, sample.residentBytes, sample.threads) = (1.8, 15 << 20, ["S": 7, "R": 2])
        second.server = sample
        state.add(second)
        state.inFlight = 10
        return state
    }

    @Test("shows rate, latency, errors by class, the server, progress and time left")
    func shows() {
        let text = LiveView.screen(of: state()).joined(separator: "\n")
        for part in [
            "createkey", "10 users", "25 %", "30 s left", "250/s", "10 in flight", "p50 4.00 ms", "p99 31.0 ms",
            "5xx 8",
            "reset 2", "CPU 180 %", "memory 15.0 MiB", "2 R 7 S",
        ] {
            #expect(text.contains(part), "\(part) in \(text)")
        }
        #expect(LiveView.line(of: state()).contains("errors 10 of 250 (4 %): 5xx 8, reset 2"))
    }

    @Test("turns the freeze light on while the server is frozen")
    func freezeLight() {
        var state = state()
        #expect(!LiveView.line(of: state).contains("FREEZE"))
        state.freeze = .init(kind: .hang, beganAt: 7_000_000_001, inFlight: 10)
        #expect(LiveView.line(of: state).contains("FREEZE for 3.0 s: hang, 10 in flight"))
        #expect(LiveView.screen(of: state).contains { $0.contains("FREEZE for 3.0 s") })
    }

    @Test("clips lines to the terminal, and counts no colours")
    func clips() {
        let line = "\u{1B}[31m" + String(repeating: "x", count: 100) + "\u{1B}[0m"
        let clipped = LiveView.clipped(line, to: 40)
        #expect(clipped.filter { $0 == "x" }.count == 39)
        #expect(clipped.hasSuffix("\u{1B}[0m"))
    }
}

@Suite("The timeline")
struct TimelineTests {
    @Test("has an end, and loses no request")
    func bounded() {
        var timeline = Timeline(countMax: 100)
        for index in 0..<1000 {
            var second = SecondFigures()
            second.offsetSeconds = Double(index)
            (second.succeeded, second.failed, second.failures) = (9, 1, [.reset: 1])
            second.p99 = index
            timeline.append(second)
        }
        #expect(timeline.seconds.count <= 101)
        #expect(timeline.seconds.reduce(0) { $0 + $1.succeeded } == 9_000)
        #expect(timeline.seconds.reduce(0) { $0 + ($1.failures[.reset] ?? 0) } == 1_000)
        #expect(timeline.seconds.reduce(0) { $0 + $1.seconds } == 1_000)
        #expect(timeline.seconds.compactMap(\.p99).max() == 999)
        #expect(timeline.seconds.map(\.offsetSeconds) == timeline.seconds.map(\.offsetSeconds).sorted())
    }

    @Test("keeps warm-up and steps apart")
    func apart() {
        var timeline = Timeline(countMax: 10)
        for index in 0..<12 {
            var second = SecondFigures()
            (second.step, second.isWarmUp) = (index / 3, index % 3 == 0)
            second.sent = 1
            timeline.append(second)
        }
        for step in 0..<4 {
            let mine = timeline.seconds.filter { $0.step == step }
            #expect(mine.reduce(0) { $0 + $1.sent } == 3)
            #expect(mine.filter(\.isWarmUp).reduce(0) { $0 + $1.sent } == 1)
        }
    }
}

@Suite("The server's address")
struct ServerAddressTests {
    @Test(
        "is read with and without its parts",
        arguments: [
            ("http://127.0.0.1:3000/", "http://127.0.0.1:3000", "127.0.0.1", 3000),
            ("https://tms.example.org", "https://tms.example.org", "tms.example.org", 443),
            ("localhost:3000", "http://localhost:3000", "localhost", 3000),
            ("HTTP://[::1]:80/tms", "http://[::1]:80/tms", "::1", 80),
        ])
    func read(text: String, url: String, host: String, port: Int) throws {
        let address = try #require(ServerAddress(text))
        #expect(address.url == url && address.host == host && address.port == port)
    }

    @Test(
        "is refused when it is none, or carries a password",
        arguments: ["", "ftp://h", "http://", "http://h:0", "http://h:99999", "http://u:p@h", "http://a b"])
    func refused(text: String) {
        #expect(ServerAddress(text) == nil)
    }
}
