/// When something is no longer waited for.
package struct Deadline: Sendable {
    /// By ``Monotonic``.
    private let nanoseconds: Int

    /// Somebody waits for it however long it takes.
    package static let none = Deadline(nanoseconds: .max)

    private init(nanoseconds: Int) {
        self.nanoseconds = nanoseconds
    }

    /// - Parameter start: nanoseconds by ``Monotonic``.
    package init(seconds: Int, from start: Int = Monotonic.nanoseconds) {
        nanoseconds = start + seconds * 1_000_000_000
    }

    package func hasPassed(now: Int = Monotonic.nanoseconds) -> Bool { now > nanoseconds }
}
