import LoadRecord

/// How long the slowest answers usually take, and so how long a silence must last to be unusual.
struct UsualLatency: Sendable {
    private var p999Microseconds: Int?
    /// Until then the pulses' figure holds the late answers of a freeze.
    private var heldUntil = Int.min
    /// The longest silence that an answer ended before the usual was known: a slow server is not frozen each time.
    private var longestSilence = 0

    mutating func note(_ pulse: LoadPulse, isFrozen: Bool) {
        if !isFrozen, pulse.at >= heldUntil { p999Microseconds = pulse.rollingP999 }
    }

    mutating func noteEnd(at moment: Int, silence: Int, limits: FreezeDetector.Limits) {
        if p999Microseconds == nil {
            longestSilence = max(longestSilence, silence)
        } else {
            heldUntil = moment + Int(limits.recoverySeconds * 1e9)
        }
    }

    var isKnown: Bool { p999Microseconds != nil }

    func limit(at moment: Int, limits: FreezeDetector.Limits) -> Int {
        let floor = Int(limits.floorSeconds * 1e9)
        guard let p999Microseconds else { return max(floor, 2 * longestSilence) }
        return max(floor, Int(limits.factor * Double(p999Microseconds) * 1000))
    }
}
