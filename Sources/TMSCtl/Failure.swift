private import TMSAPI
internal import TMSClient

/// Why a command did not do what it was asked to: a line for people, a number for scripts.
struct Failure: Error {
    /// The exit status (sysexits.h where that has one).
    enum Status: Int32 {
        case failed = 1
        case notFound = 3
        case notAuthorized = 4
        case conflict = 5
        case usage = 64
        case unreachable = 69
        case configuration = 78
    }

    let status: Status
    let message: String

    init(_ status: Status, _ message: String) {
        self.status = status
        self.message = message
    }

    init(_ error: ClientError) {
        switch error {
        case .unreachable, .timedOut, .notTMS: status = .unreachable
        case .misconfigured: status = .configuration
        case .cancelled: status = .failed
        case .refused(let refusal):
            switch refusal.code {
            case .notFound: status = .notFound
            case .unauthorized, .forbidden: status = .notAuthorized
            case .conflict: status = .conflict
            default: status = .failed
            }
        }
        message = "\(error)"
    }
}
