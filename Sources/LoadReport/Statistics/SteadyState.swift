private import LoadRecord

/// Whether a step's halves agree.
package enum SteadyState {
    /// Shorter steps have no halves worth comparing.
    package static let secondsMin = 10

    /// Difference of the mean rates of both halves, as a part of their mean.
    /// - Parameter completions: of each whole second of the measured time, in order.
    /// - Returns: nil when there are fewer than ``secondsMin``, or nothing was completed.
    package static func halvesDiffer(_ completions: [Int]) -> Double? {
        guard completions.count >= secondsMin else { return nil }
        let half = completions.count / 2
        let first = Double(completions.prefix(half).reduce(0, +)) / Double(half)
        let second = Double(completions.suffix(half).reduce(0, +)) / Double(half)
        guard first + second > 0 else { return nil }
        return abs(second - first) / ((first + second) / 2)
    }
}
