/// The one error of the API: what a caller may know about why a request was refused.
///
/// Everything above the store throws it. Detail that is not for callers goes to the log instead; an unforeseen error
/// becomes ``internalFailure``.
package struct APIError: Error, Equatable, Sendable {
    /// The kind of refusal. Its raw value is the HTTP status: this list is the one table between the two.
    package enum Code: Int, CaseIterable, Sendable {
        case badRequest = 400
        case unauthorized = 401
        case forbidden = 403
        case notFound = 404
        case methodNotAllowed = 405
        case requestTimeout = 408
        case conflict = 409
        case payloadTooLarge = 413
        case unsupportedMediaType = 415
        case unprocessable = 422
        case headersTooLarge = 431
        case internalError = 500
        case unavailable = 503
    }

    package let code: Code
    /// A sentence for the caller. Never holds a secret, a path of the server's machine or SQL.
    package private(set) var message: String
    /// Seconds after which a new try makes sense; sent as `Retry-After`.
    package var retryAfterSeconds: Int?
    /// The limit that was reached, for metrics; nil when it was none.
    package private(set) var limit: LimitReason?

    package init(_ code: Code, _ message: String, retryAfterSeconds: Int? = nil) {
        self.code = code
        self.message = message
        self.retryAfterSeconds = retryAfterSeconds
    }

    /// The same with more to say.
    package func adding(_ advice: String) -> APIError {
        var error = self
        error.message += ": " + advice
        return error
    }

    /// Errors are equal by code, so that tests assert what happened and not how it was worded.
    package static func == (left: APIError, right: APIError) -> Bool { left.code == right.code }
}

extension APIError {
    /// The reference's text for a missing row.
    package static let notFound = APIError(.notFound, "NOT_FOUND")

    /// What a caller learns of an error that nobody foresaw.
    package static let internalFailure = APIError(.internalError, "ERROR: internal error; the server's log has details")

    /// - Parameter what: "client c1 in tenant t".
    package static func exists(_ what: String) -> APIError {
        APIError(.conflict, "ERROR: there is \(what.hasPrefix("a") ? "an" : "a") \(what) already")
    }

    /// What a row would hang from does not exist.
    package static func missingParent(_ what: String) -> APIError {
        APIError(.unprocessable, "ERROR: there is no \(what)")
    }

    /// A limit was reached or the store cannot be reached; `reason` says which.
    package static func unavailable(
        _ reason: String, limit: LimitReason? = nil, retryAfterSeconds: Int = 1
    ) -> APIError {
        var error = APIError(.unavailable, reason, retryAfterSeconds: retryAfterSeconds)
        error.limit = limit
        return error
    }
}
