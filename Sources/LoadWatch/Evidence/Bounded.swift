import Primitives

/// A step that must not hold up the others.
enum Bounded {
    /// Runs `body` on a thread of its own.
    /// - Returns: nil when it has not returned in time; it is then left to itself.
    static func run<Result: Sendable>(
        _ name: String, milliseconds: Int, _ body: @escaping @Sendable () -> Result
    ) -> Result? {
        begin(name, body).wait(milliseconds: milliseconds)
    }

    static func begin<Result: Sendable>(_ name: String, _ body: @escaping @Sendable () -> Result) -> Pending<Result> {
        let pending = Pending<Result>()
        _ = WorkerThread(name: name) { pending.set(body()) }
        return pending
    }

    final class Pending<Result: Sendable>: Sendable {
        private let result = Monitor<Result?>(nil)

        func set(_ value: Result) {
            result.update { $0 = value }
        }

        func wait(milliseconds: Int) -> Result? {
            result.wait(timeoutMilliseconds: max(0, milliseconds)) { $0 }
        }
    }
}
