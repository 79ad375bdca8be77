/// What the generator sees at one moment, some ten times a second: what freezes are told by. Not saved.
///
/// Moments are nanoseconds of one monotonic clock.
package struct LoadPulse: Sendable {
    package struct Scenario: Sendable {
        package var name = ""
        package var inFlight = 0
        /// The last byte of any answer; the begin of the run when there was none yet.
        package var lastByteAt = 0
        /// When the longest waiting request was sent; nil when none waits.
        package var oldestSentAt: Int?
        package var completed = 0

        package init() {}
    }

    package var at = 0
    package var scenarios: [Scenario] = []
    /// Requests that are due and not answered, whether they could be sent or not (open model: the backlog too).
    package var waiting = 0
    /// Of the service times of the last 30 s, microseconds; nil before the first hundred answers.
    package var rollingP999: Int?
    /// The longest gap between two beats of any of the generator's threads since the pulse before.
    package var heartbeatGap = 0
    /// Since the pulse before.
    package var connectsRefusedOrReset = 0
    package var connectsTimedOut = 0

    package init() {}

    package var inFlight: Int { scenarios.reduce(0) { $0 + $1.inFlight } }
    package var lastByteAt: Int { scenarios.map(\.lastByteAt).max() ?? 0 }
}
