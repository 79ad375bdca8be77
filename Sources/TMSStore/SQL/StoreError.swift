package import TMSAPI

/// What went wrong in a database, in terms that both have.
package struct StoreError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Code: Sendable {
        /// A row with that key exists.
        case unique
        /// A parent row is missing, or a child row still there.
        case foreignKey
        /// A value is out of the range the schema allows.
        case check
        /// Somebody else held a lock for longer than the configured time.
        case busy
        /// Another transaction was in the way, and the same again may succeed.
        case conflict
        /// The statement took longer than its limit.
        case tooLong
        /// No room on the disk.
        case full
        /// The database cannot be read or written, or is not there.
        case unreachable
        /// The connection was lost while a commit was waited for: the change is made, or it is not.
        case outcomeUnknown
        /// The file is damaged, or not a database.
        case corrupt
        /// A database in order, but none for this program to serve from. The detail is for people.
        case unfit
        /// A statement of ours is wrong.
        case misuse
    }

    package let code: Code
    /// The driver's words. For the log: they may hold SQL and paths.
    package let detail: String

    package init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    package static func == (left: StoreError, right: StoreError) -> Bool { left.code == right.code }

    package var description: String { "\(code): \(detail)" }

    /// The one place where a database's error becomes the API's.
    package var apiError: APIError {
        switch code {
        case .unique: APIError(.conflict, "ERROR: it exists already")
        case .foreignKey: APIError(.unprocessable, "ERROR: a row it refers to is missing, or one still refers to it")
        case .check: APIError(.unprocessable, "ERROR: a value is out of range")
        case .busy, .conflict: .unavailable("ERROR: the database is busy")
        case .tooLong: .unavailable("ERROR: this takes too long; ask for less at a time, or filter by other members")
        case .full: .unavailable("ERROR: the database has no room", retryAfterSeconds: 30)
        case .unreachable, .corrupt, .unfit: .unavailable("ERROR: the database cannot be reached", retryAfterSeconds: 5)
        case .outcomeUnknown:
            .unavailable(
                "ERROR: the database was lost before it confirmed the change: \(APIError.lookWhetherMade)",
                retryAfterSeconds: 5)
        case .misuse: .internalFailure
        }
    }

    /// True when an operator should hear of it: the caller did nothing wrong.
    var isOperational: Bool {
        switch code {
        case .unique, .foreignKey, .check: false
        case .busy, .conflict, .tooLong, .full, .unreachable, .outcomeUnknown, .corrupt, .unfit, .misuse: true
        }
    }
}
