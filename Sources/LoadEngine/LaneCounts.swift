internal import LoadRecord

/// What a lane counts over a step's measured time, beside its scenarios.
struct LaneCounts {
    /// Completions of requests that came before the measured time.
    var warmUp = 0
    /// Completions within the measured time, whenever they were begun, by scenario's place.
    var completedInTime: [Int] = Array(repeating: 0, count: Scenario.allCases.count)
    /// Nanoseconds of the measured time in which requests were in flight, summed over all of them: their mean number
    /// in flight is this by the time (Little's law says the same of what is steady).
    var nanosecondsInTime = 0.0
    /// Of the measured requests.
    var firstBegunAt: Int?
    var lastCompletedAt = 0
    /// The most requests in flight at once, over all lanes.
    var inFlightMax = 0
    /// From when a request was due to when it was begun, where nothing but this generator was in the way.
    var sendLag = LatencyRecorder()
    /// The longest gap between two beats, nanoseconds.
    var beatGapMax = 0
}

/// All that a lane has counted in a step.
struct LaneResults: Sendable {
    let tallies: [ScenarioTally]
    let counts: LaneCounts
    /// As far as it was taken; nil when there was none, or it never came to it.
    let schedule: Schedule?
}

/// What a lane counts in one second.
struct LaneSecond {
    var sent = 0
    var succeeded = 0
    var failed = 0
    var failures = [Int](repeating: 0, count: FailureClass.allCases.count)
    var beatGapMax = 0
    var fromIntended = SecondRecorder()
    var service = SecondRecorder(isCoarse: true)

    mutating func reset() {
        if failed > 0 { for index in failures.indices { failures[index] = 0 } }
        (sent, succeeded, failed, beatGapMax) = (0, 0, 0, 0)
        fromIntended.reset()
        service.reset()
    }
}

/// What a lane tells everybody, once per beat.
struct PublishedLane: Sendable {
    struct Scenario: Sendable {
        var inFlight = 0
        var lastByteAt = 0
        var oldestSentAt: Int?
        var completed = 0
    }

    var scenarios: [Scenario] = []
    /// Due and not begun.
    var backlog = 0
    var active = 0
    /// Whether it has users in this step.
    var isAtWork = false
    var lastBeatAt = 0
    /// Since it was asked last.
    var beatGapMax = 0
    var refusedOrReset = 0
    var connectsTimedOut = 0
}
