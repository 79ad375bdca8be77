/// One operation of the API as a value: everything about it that is not its rule.
///
/// The server's registration, the client, the authorization tests and the documents all read this value, so that what
/// it says is said once.
package struct Endpoint<Parameters: Message, Body: Message, Answer: Reply>: Sendable {
    package let method: Method
    package let path: PathTemplate
    package let access: Access
    package let success: SuccessStatus
    /// The end of a 401's text, "to view client {client_id} in tenant {tenant}.": names in braces are those of
    /// parameters, of members of the body, or of the headers.
    package let denied: String
    package let summary: String
    /// What the rule itself may refuse with, beside what follows from the rest (``Operation/refusals``).
    package let refusals: [APIError.Code]
    /// The tenant the call is about; it must be the one of the credential.
    package let tenant: Subject?
    /// The client whose record the call is about; a caller authenticated as a client must be that one.
    package let owner: Subject?
    /// What of a call only an administrator may do, "enable a client", though clients may make the call; nil when it
    /// asks for nothing of the kind.
    package let reserved: (@Sendable (Parameters, Body) -> String?)?
    /// Whether callers may give the call an ``IdempotencyKey``.
    package let isRepeatable: Bool

    /// Whom a call is about, found in its parameters or its body.
    package typealias Subject = @Sendable (Parameters, Body) -> String

    package init(
        _ method: Method, _ path: PathTemplate, access: Access, success: SuccessStatus = .ok, denied: String = "",
        tenant: Subject? = nil, owner: Subject? = nil,
        reserved: (@Sendable (Parameters, Body) -> String?)? = nil, isRepeatable: Bool = false,
        refusals: [APIError.Code] = [], _ summary: String
    ) {
        self.method = method
        self.path = path
        self.access = access
        self.success = success
        self.denied = denied
        self.tenant = tenant
        self.owner = owner
        self.reserved = reserved
        self.isRepeatable = isRepeatable
        self.refusals = refusals
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
    /// Either of the two, or an administrator of the tenant `default` about any tenant.
    case clientOrAdminOfAny
    /// An administrator of the tenant, or one of the tenant `default` about any tenant.
    case adminOfAny
    /// An administrator of the tenant `default` only.
    case defaultAdmin
    /// An administrator, or whoever the setting `new_clients` lets register a client: the rule decides.
    case registration

    package var acceptsClient: Bool {
        switch self {
        case .client, .clientOrAdmin, .clientOrAdminOfAny: true
        case .anyone, .admin, .adminOfAny, .defaultAdmin, .registration: false
        }
    }

    package var acceptsAdmin: Bool {
        switch self {
        case .admin, .clientOrAdmin, .clientOrAdminOfAny, .adminOfAny, .defaultAdmin, .registration: true
        case .anyone, .client: false
        }
    }

    /// Whether an administrator of the tenant `default` may call it about another tenant.
    package var crossesTenants: Bool {
        switch self {
        case .clientOrAdminOfAny, .adminOfAny, .defaultAdmin: true
        case .anyone, .client, .admin, .clientOrAdmin, .registration: false
        }
    }
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
