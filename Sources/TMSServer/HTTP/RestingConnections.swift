internal import DequeModule
internal import NIOCore

/// Connections that were refused and are not read for a while, in the order of their refusals.
///
/// A connection rests for at least the set time. When very many rest and the loop has no time to spare, only so many a
/// second are read again: to refuse costs nearly as much as to serve, and a flood of requests to refuse must not take the
/// processors from those that are served. Who heeds `Retry-After` never notices.
struct RestingConnections<Connection> {
    /// How often rested connections are looked for, while there are any.
    static var interval: TimeAmount { .milliseconds(5) }
    /// Connections read again at each look while the loop has time to spare: 16,000 a second.
    static var wokenMax: Int { 80 }
    /// The same when it has not: 4,000 a second.
    static var wokenMaxWhenBusy: Int { 20 }
    /// A loop that comes to a look so much too late has no time to spare.
    static var lateNanoseconds: Int { 2_000_000 }

    private struct Rest {
        let connection: Connection
        /// By `Monotonic`.
        let until: Int
    }

    private var rests: Deque<Rest> = []
    /// By `Monotonic`.
    private var lookIsDueAt = 0

    var isEmpty: Bool { rests.isEmpty }

    /// - Parameter now: nanoseconds by `Monotonic`, as of the others.
    mutating func add(_ connection: Connection, milliseconds: Int, now: Int) {
        rests.append(Rest(connection: connection, until: now + milliseconds * 1_000_000))
    }

    mutating func willLook(at due: Int) {
        lookIsDueAt = due
    }

    /// Those that have rested long enough, as many as may be woken now.
    mutating func takeRested(now: Int) -> [Connection] {
        let max = now - lookIsDueAt > Self.lateNanoseconds ? Self.wokenMaxWhenBusy : Self.wokenMax
        var rested: [Connection] = []
        while rested.count < max, let first = rests.first, first.until <= now {
            rested.append(first.connection)
            rests.removeFirst()
        }
        return rested
    }
}
