package import LoadRecord

/// Tells freezes from what the generator sees. Pure: it has no clock and starts nothing.
///
/// A freeze is silence: something waits, and not one byte of any answer has come for max(2 s, 20 × the rolling p99.9),
/// while the generator itself was awake. One freeze is open at a time; it can change its kind as more is known.
package struct FreezeDetector: Sendable {
    package struct Limits: Sendable {
        /// `--freeze-after`, seconds.
        package var floorSeconds = 2.0
        /// Silence is a freeze from so many times the usual p99.9 on.
        package var factor = 20.0
        /// A gap of the generator's own heartbeat from which on it is reported as its stall.
        package var stallSeconds = 0.5
        /// A gap from which on the server is not blamed for that time.
        package var gapSeconds = 0.1
        /// For so long after a freeze, its own late answers do not count as usual: the rolling p99.9 looks back 30 s.
        package var recoverySeconds = 35.0

        package init() {}
    }

    package enum Event: Sendable {
        case began(FreezeRecord)
        /// Its kind is known better.
        case changed(FreezeRecord)
        case ended(FreezeRecord)
    }

    /// What stands still, and what would end it.
    enum Scope: Sendable {
        /// Everything, since this last byte.
        case everything(lastByteAt: Int)
        case scenarios(Set<String>)
        /// Some requests of a scenario, the oldest of which was sent then.
        case requests(scenario: String, sentAt: Int)
        /// Bytes come, and no answer is completed.
        case completion(count: Int)
    }

    struct Open: Sendable {
        var record: FreezeRecord
        var since: Int
        var scope: Scope
    }

    let startedAt: Int
    let limits: Limits
    var previousAt: Int
    var previousCompleted = 0
    var lastCompletedAt: Int
    var silence = Silence()
    var completionSilence = Silence()
    var scenarioSilences: [String: Silence] = [:]
    /// Of a scenario's first answers: the longest silence that was none of a freeze, but its way.
    var slowness: [String: Int] = [:]
    var open: Open?
    var lastStallAt = Int.min
    /// Requests are judged from then on: before, we did not hear, or everything stood still and was reported.
    var judgedFrom = Int.min
    /// When connects were last refused or reset, and when they last timed out.
    var refusedAt = Int.min
    var timedOutAt = Int.min
    var usual = UsualLatency()

    /// - Parameter startedAt: nanoseconds of the pulses' clock; offsets count from it.
    package init(startedAt: Int, limits: Limits = Limits()) {
        self.startedAt = startedAt
        self.limits = limits
        previousAt = startedAt
        lastCompletedAt = startedAt
    }

    /// To be fed at least four times a second.
    /// - Parameter acceptQueue: of the server's, when known: a full one makes connects time out though the server is
    ///   there.
    package mutating func feed(_ pulse: LoadPulse, acceptQueue: Int? = nil) -> [Event] {
        var events = noteOwnGap(pulse)
        note(pulse)
        usual.note(pulse, isFrozen: open != nil)
        let limit = usual.limit(at: pulse.at, limits: limits)
        if open != nil {
            events += follow(pulse, limit: limit, acceptQueue: acceptQueue)
        }
        if open == nil, let found = look(pulse, limit: limit, acceptQueue: acceptQueue) {
            open = found
            events.append(.began(found.record))
        }
        previousAt = pulse.at
        return events
    }

    /// At the end of the run.
    /// - Returns: the freeze that is still open, with `hasEnded` false.
    package mutating func finish(at moment: Int) -> [Event] {
        guard var last = open else { return [] }
        last.record.seconds = Double(moment - last.since) / 1e9
        open = nil
        return [.ended(last.record)]
    }

    // MARK: What a pulse says

    private mutating func note(_ pulse: LoadPulse) {
        if pulse.connectsRefusedOrReset > 0 { refusedAt = pulse.at }
        if pulse.connectsTimedOut > 0 { timedOutAt = pulse.at }
        let isWanted =
            pulse.inFlight > 0 || pulse.waiting > 0 || pulse.connectsRefusedOrReset > 0 || pulse.connectsTimedOut > 0
        let oldestSentAt = pulse.scenarios.compactMap(\.oldestSentAt).min()
        silence.note(
            at: pulse.at, lastSignAt: pulse.lastByteAt, oldestSentAt: oldestSentAt, isWanted: isWanted)
        let completed = pulse.completed
        if completed != previousCompleted {
            previousCompleted = completed
            lastCompletedAt = pulse.at
        }
        completionSilence.note(
            at: pulse.at, lastSignAt: lastCompletedAt, oldestSentAt: oldestSentAt, isWanted: isWanted)
        for scenario in pulse.scenarios {
            scenarioSilences[scenario.name, default: Silence()].note(
                at: pulse.at, lastSignAt: scenario.lastByteAt, oldestSentAt: scenario.oldestSentAt,
                isWanted: scenario.inFlight > 0)
        }
    }

    /// While we slept, answers may have come that we did not see.
    private mutating func noteOwnGap(_ pulse: LoadPulse) -> [Event] {
        let betweenPulses = pulse.at - previousAt
        let stall = Int(limits.stallSeconds * 1e9)
        let gap = max(pulse.heartbeatGap * 1000, betweenPulses >= stall ? betweenPulses : 0)
        // The same gap is seen twice: by the pulses' own thread, and in the next pulse by the threads that send.
        guard gap >= Int(limits.gapSeconds * 1e9), pulse.at - gap >= lastStallAt else { return [] }
        forgive(gap, until: pulse.at)
        guard gap >= stall else { return [] }
        (lastStallAt, judgedFrom) = (pulse.at, pulse.at)
        var record = record(.generatorStalled, since: pulse.at - gap, pulse, limit: stall)
        record.seconds = Double(gap) / 1e9
        record.hasEnded = true
        return [.ended(record)]
    }

    /// A time that says nothing of single requests and scenarios: we slept, or it was a freeze of all of them.
    mutating func forgive(_ nanoseconds: Int, until moment: Int) {
        silence.forgive(nanoseconds, until: moment)
        completionSilence.forgive(nanoseconds, until: moment)
        for name in scenarioSilences.keys { scenarioSilences[name]?.forgive(nanoseconds, until: moment) }
    }

    func record(_ kind: FreezeRecord.Kind, since: Int, _ pulse: LoadPulse, limit: Int) -> FreezeRecord {
        var record = FreezeRecord()
        record.kind = kind
        record.offsetSeconds = Double(since - startedAt) / 1e9
        record.seconds = Double(pulse.at - since) / 1e9
        record.noticedAfterSeconds = record.seconds
        record.inFlight = pulse.inFlight
        record.limitSeconds = Double(limit) / 1e9
        record.lateRequests = max(pulse.waiting, pulse.inFlight)
        return record
    }
}

extension LoadPulse {
    var completed: Int { scenarios.reduce(0) { $0 + $1.completed } }
}
