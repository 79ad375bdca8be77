internal import Primitives

/// Keeps one kind of trouble from filling the log: of each warning or error so many lines a second are written, and the
/// next one after that says how many were left out.
final class RepeatLimit: Sendable {
    static let linesPerSecondMax = 10
    /// Kinds that are told apart; there are a few dozen messages in the whole program.
    private static let kindsMax = 256

    private struct Kind {
        var second = 0
        var lines = 0
        var leftOut = 0
    }

    private let kinds = Monitor<[String: Kind]>([:])

    /// - Returns: nil when a line of that message is to be left out; else how many were since the last one.
    func admit(_ message: String, now: Int = Monotonic.nanoseconds) -> Int? {
        kinds.withLock { kinds in
            if kinds.count >= Self.kindsMax, kinds[message] == nil { return 0 }
            let second = now / 1_000_000_000
            var kind = kinds[message] ?? Kind()
            defer { kinds[message] = kind }
            if kind.second != second { (kind.second, kind.lines) = (second, 0) }
            guard kind.lines < Self.linesPerSecondMax else {
                kind.leftOut += 1
                return nil
            }
            kind.lines += 1
            defer { kind.leftOut = 0 }
            return kind.leftOut
        }
    }
}
