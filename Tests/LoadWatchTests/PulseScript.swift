import LoadRecord
import LoadWatch

/// A generator's pulses as they would come, ten a second, made up.
struct PulseScript {
    private(set) var events: [FreezeDetector.Event] = []
    private var detector: FreezeDetector
    private var pulse = LoadPulse()
    private let startedAt = 5_000_000_000
    /// Given to the detector beside the pulses.
    var acceptQueue: Int?
    var rollingP999: Int? = 20_000

    static let interval = 100_000_000

    init(_ scenarios: String..., limits: FreezeDetector.Limits = .init()) {
        detector = FreezeDetector(startedAt: startedAt, limits: limits)
        pulse.at = startedAt
        pulse.scenarios = scenarios.map { name in
            var scenario = LoadPulse.Scenario()
            scenario.name = name
            scenario.lastByteAt = startedAt
            return scenario
        }
    }

    /// So many seconds of pulses, each changed by `change`, which finds the clock already moved on.
    mutating func run(seconds: Double, _ change: (inout LoadPulse) -> Void) {
        for _ in 0..<Int((seconds * 10).rounded()) { step(change) }
    }

    mutating func step(after nanoseconds: Int = PulseScript.interval, _ change: (inout LoadPulse) -> Void) {
        pulse.at += nanoseconds
        pulse.heartbeatGap = 1000
        pulse.connectsRefusedOrReset = 0
        pulse.connectsTimedOut = 0
        pulse.rollingP999 = rollingP999
        change(&pulse)
        pulse.waiting = pulse.inFlight
        events += detector.feed(pulse, acceptQueue: acceptQueue)
    }

    mutating func finish() {
        events += detector.finish(at: pulse.at)
    }

    var began: [FreezeRecord] { events.compactMap { if case .began(let record) = $0 { record } else { nil } } }
    var changed: [FreezeRecord] { events.compactMap { if case .changed(let record) = $0 { record } else { nil } } }
    var ended: [FreezeRecord] { events.compactMap { if case .ended(let record) = $0 { record } else { nil } } }
}

extension LoadPulse {
    /// Answers come, as always: the next requests have just been sent.
    mutating func answer(_ names: String...) {
        for index in scenarios.indices where names.isEmpty || names.contains(scenarios[index].name) {
            scenarios[index].lastByteAt = at - 2_000_000
            scenarios[index].oldestSentAt = at - 3_000_000
            scenarios[index].inFlight = 10
            scenarios[index].completed += 50
        }
    }

    mutating func beIdle() {
        for index in scenarios.indices {
            scenarios[index].inFlight = 0
            scenarios[index].oldestSentAt = nil
        }
    }
}
