/// Which limit stood against a request that was refused with 503, as metrics name it.
package enum LimitReason: String, CaseIterable, Sendable {
    case inFlight = "in_flight"
    case writeQueue = "write_queue"
    case listQueue = "list_queue"
    case readQueue = "read_queue"
    case keyWaiters = "key_waiters"
    case keyWait = "key_wait"
    case deadline
    case unsentBytes = "unsent_bytes"
}
