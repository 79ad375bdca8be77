/// Since when somebody waits and nothing comes. Moments are nanoseconds.
struct Silence: Sendable {
    /// Nil: something came, or nobody waits.
    private(set) var since: Int?
    private var lastSignAt = 0
    private var wantedAt = 0
    /// A silence that is noticed only afterwards has not begun before.
    private var deafUntil = 0

    /// Nobody has to wait at every single look: a user may be between two requests that both fail.
    private static let idle = 1_000_000_000

    /// - Parameters:
    ///   - lastSignAt: when the last byte came, or the last answer was complete.
    ///   - oldestSentAt: of what waits.
    mutating func note(at moment: Int, lastSignAt: Int, oldestSentAt: Int?, isWanted: Bool) {
        if lastSignAt > self.lastSignAt {
            self.lastSignAt = lastSignAt
            since = nil
        }
        if isWanted {
            wantedAt = moment
            if since == nil { since = max(lastSignAt, oldestSentAt ?? moment, min(deafUntil, moment)) }
        } else if moment - wantedAt > Self.idle {
            since = nil
        }
    }

    /// For a time in which we could not have heard anything.
    mutating func forgive(_ nanoseconds: Int, until moment: Int) {
        since = since.map { min(moment, $0 + nanoseconds) }
        deafUntil = moment
    }

    func lasts(at moment: Int) -> Int { since.map { moment - $0 } ?? 0 }
}
