private import Synchronization

/// A number that goes up and down, set by one thread and read by any.
package final class Gauge: Sendable {
    private let number = Atomic(0)

    package init() {}

    package func set(_ value: Int) {
        number.store(value, ordering: .relaxed)
    }

    /// For the one thread that sets it.
    package func add(_ difference: Int) {
        number.store(number.load(ordering: .relaxed) &+ difference, ordering: .relaxed)
    }

    package var value: Int { number.load(ordering: .relaxed) }
}
