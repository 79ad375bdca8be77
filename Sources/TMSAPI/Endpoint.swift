/// One operation of the API as a value: everything about it that is not its rule.
///
/// The server's registration, the client, the authorization tests and the documents all read this value, so that what
/// it says is said once.
package struct Endpoint<Parameters: Message, Body: Message, Answer: Reply>: Sendable {
    package let method: Method
    package let path: PathTemplate
    package let access: Access
    package let success: SuccessStatus
    /// The end of a 401's text, "to view client {client_id} in tenant {tenant}."
    package let denied: String
    package let summary: String
    /// The client whose record the call is about; a caller authenticated as a client must be that one.
    package let owner: (@Sendable (Parameters) -> String)?

    package init(
        _ method: Method, _ path: PathTemplate, access: Access, success: SuccessStatus = .ok, denied: String = "",
        owner: (@Sendable (Parameters) -> String)? = nil, _ summary: String
    ) {
        self.method = method
        self.path = path
        self.access = access
        self.success = success
        self.denied = denied
        self.owner = owner
        self.summary = summary
    }

    package var takesBody: Bool { Body.self != Nothing.self }
}

package enum Method: String, CaseIterable, Sendable {
    case get = "GET"
    case post = "POST"
    case patch = "PATCH"
    case delete = "DELETE"
}

/// Who may call an operation.
package enum Access: Equatable, Sendable {
    /// No credential is looked at.
    case anyone
    /// A client with its own credential; an administrator's is not accepted.
    case client
    /// An administrator of the tenant in the request's header.
    case admin
    /// Either of the two.
    case clientOrAdmin

    package var acceptsClient: Bool { self == .client || self == .clientOrAdmin }
    package var acceptsAdmin: Bool { self == .admin || self == .clientOrAdmin }
}

package enum SuccessStatus: Int, Sendable {
    case ok = 200
    case created = 201
}

/// A path below ``prefix``, its parameters in braces: `tms/client/{client_id}`.
package struct PathTemplate: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    package static let prefix = "/v1/"

    package enum Segment: Hashable, Sendable {
        case fixed(String)
        case parameter(String)
    }

    package let segments: [Segment]
    /// The whole path with its braces: what logs and metrics call the route.
    package let description: String

    /// A path of the server's own that is not part of the API.
    package init(outsideAPI path: String) {
        description = path
        segments = []
    }

    package init(stringLiteral path: String) {
        description = Self.prefix + path
        segments = path.split(separator: "/").map { segment in
            segment.hasPrefix("{") ? .parameter(String(segment.dropFirst().dropLast())) : .fixed(String(segment))
        }
    }

    package var hasParameters: Bool {
        segments.contains { if case .parameter = $0 { true } else { false } }
    }
}
