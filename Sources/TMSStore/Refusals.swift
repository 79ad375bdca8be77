package import TMSAPI

extension APIError {
    /// Whoever asked has waited so long that it would be no use to begin.
    package static let tooLate = APIError.unavailable(
        "ERROR: the request waited too long to be begun", limit: .deadline)
}
