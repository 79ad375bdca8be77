private import Glibc
private import Primitives
private import Synchronization

/// What a thread does, and since when, for whoever watches it from another thread. Takes no lock.
///
/// A thread that waits for work is idle, however long; one that is at work for too long is late.
package final class Heartbeat: Sendable {
    /// "writer", "loop-0".
    package let part: String
    /// How long the part may be at one thing before it is late, should that be longer than the watchdog's own limit.
    package let allowedMilliseconds: Int
    /// 0: idle.
    private let busySince = Atomic(0)
    private let activity = Atomic(0)

    init(part: String, allowedMilliseconds: Int) {
        self.part = part
        self.allowedMilliseconds = allowedMilliseconds
    }

    /// The thread begins something.
    package func begin(_ activity: Activity) {
        note(activity)
        busySince.store(Monotonic.nanoseconds, ordering: .releasing)
    }

    /// The thread waits for work.
    package func rest() {
        busySince.store(0, ordering: .releasing)
    }

    /// What is being done, where how long is measured by somebody else.
    package func note(_ activity: Activity) {
        self.activity.store(activity.address, ordering: .relaxed)
    }

    /// Another thread has asked for a sign of life. Nothing changes when one asked before and had no answer yet.
    package func ask() {
        _ = busySince.compareExchange(
            expected: 0, desired: Monotonic.nanoseconds, ordering: .acquiringAndReleasing)
    }

    /// The sign of life.
    /// - Returns: nanoseconds since it was asked for.
    @discardableResult
    package func answer() -> Int {
        let since = busySince.exchange(0, ordering: .acquiringAndReleasing)
        return since == 0 ? 0 : Monotonic.nanoseconds - since
    }

    /// nil while the thread is idle. Since when is by ``Monotonic``.
    package var work: (doing: String, since: Int)? {
        let since = busySince.load(ordering: .acquiring)
        guard since != 0 else { return nil }
        return (Activity.text(at: activity.load(ordering: .relaxed)), since)
    }
}

/// The name of something a thread does: "commit". Never freed, so make each one once.
package struct Activity: Sendable, ExpressibleByStringLiteral {
    fileprivate let address: Int

    package init(_ name: String) {
        address = Int(bitPattern: strdup(name))
    }

    package init(stringLiteral name: String) {
        self.init(name)
    }

    /// Between requests.
    package static let nothing: Activity = "waiting for the network"

    fileprivate static func text(at address: Int) -> String {
        UnsafePointer<CChar>(bitPattern: address).map { String(cString: $0) } ?? ""
    }
}
