package import TMSAPI
package import Telemetry

/// Why a request that a limit stood against was refused with 503, as metrics name it.
package enum LimitReason: String, CaseIterable, Sendable {
    case inFlight = "in_flight"
    case writeQueue = "write_queue"
    case listQueue = "list_queue"
    case readQueue = "read_queue"
    case keyWaiters = "key_waiters"
    case deadline
    case unsentBytes = "unsent_bytes"
}

extension Metrics {
    package func refusals(_ reason: LimitReason) -> Counter {
        counter("tms_http_refusals_total", "Requests refused with 503 by a limit.", ["reason": reason.rawValue])
    }
}

extension APIError {
    /// Whoever asked has waited so long that it would be no use to begin.
    package static let tooLate = APIError.unavailable("ERROR: the request waited too long to be begun")
}
