/// L = λ W: how many requests are under way on average, from how many come per second and how long each takes.
package enum LittlesLaw {
    /// A step whose effective concurrency is below this part of its users has not been the step that was planned.
    package static let reachedFrom = 0.8

    package static func concurrency(perSecond: Double, meanSeconds: Double) -> Double {
        perSecond * meanSeconds
    }

    package static func isReached(concurrency: Double, users: Int) -> Bool {
        concurrency >= reachedFrom * Double(users)
    }
}
