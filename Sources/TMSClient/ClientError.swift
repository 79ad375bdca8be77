package import TMSAPI

/// Why a call gave no answer of its type.
package enum ClientError: Error, Equatable, Sendable {
    /// The server understood the call and said no.
    case refused(APIError)
    /// No connection, or one that broke; the text says where and why.
    case unreachable(String)
    /// ``ClientOptions/timeout`` has passed.
    case timedOut
    /// Something answered, but not as the contract says: another program, a proxy, or the wrong path.
    case notTMS(status: Int, reason: String)
    /// The call could not be made at all: a URL, a file or a credential that cannot be used.
    case misconfigured(String)
    /// The task that made the call was cancelled.
    case cancelled

    /// Whether the server, or the way to it, has failed: calling it again at once would most likely fare no better.
    package var isServerFailure: Bool {
        switch self {
        case .unreachable, .timedOut: true
        case .refused(let error): error.code.rawValue >= 500
        case .notTMS(let status, _): status >= 500
        case .misconfigured, .cancelled: false
        }
    }
}

extension ClientError: CustomStringConvertible {
    /// One line for a log or a terminal. Never holds a secret.
    package var description: String {
        switch self {
        case .refused(let error): "the server refused with \(error.code.rawValue): \(error.message)"
        case .unreachable(let reason): "the server cannot be reached: \(reason)"
        case .timedOut: "the server did not answer in time"
        case .notTMS(let status, let reason): "the answer, with status \(status), is not from a TMS server: \(reason)"
        case .misconfigured(let reason): reason
        case .cancelled: "the call was cancelled"
        }
    }
}
