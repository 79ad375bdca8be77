internal import DequeModule
internal import NIOCore

/// Requests that have come in and wait for their turn on an event loop: reads before writes.
///
/// Logins never wait here. They are answered while a bunch of requests is being read from the sockets, and only then
/// come the others. Of those only some are served before the sockets are looked at again, so that no login waits for
/// long because much came in at once.
struct Turns {
    /// For how long requests are served between two looks at the sockets: so long a login may have to wait.
    static let sliceNanoseconds = 500_000
    /// Until the next look, when more are waiting.
    static let pause = TimeAmount.microseconds(20)

    private(set) var reads: Deque<Exchange> = []
    private(set) var writes: Deque<Exchange> = []

    var isEmpty: Bool { reads.isEmpty && writes.isEmpty }

    mutating func add(_ exchange: Exchange, _ requestClass: RequestClass) {
        if requestClass == .write { writes.append(exchange) } else { reads.append(exchange) }
    }

    mutating func next() -> Exchange? {
        reads.popFirst() ?? writes.popFirst()
    }
}
