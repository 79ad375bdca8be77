package import TMSStore

/// Who a request comes from, as far as its operation wanted to know.
package enum Principal: Equatable, Sendable {
    case anyone
    case client(id: String, tenant: String)
    case admin(id: String, tenant: String)

    /// Empty for ``anyone``.
    package var tenant: String {
        switch self {
        case .anyone: ""
        case .client(_, let tenant), .admin(_, let tenant): tenant
        }
    }

    /// Empty for whoever is not a client.
    package var clientID: String {
        if case .client(let id, _) = self { id } else { "" }
    }

    /// The client whose rows alone the caller sees; nil for an administrator, who sees the whole tenant's.
    package var onlyClientID: String? {
        if case .admin = self { nil } else { clientID }
    }

    /// Narrows a list, which may be asked for by client, to what the caller sees of it.
    /// - Returns: false when that is nothing.
    package func narrow(_ asked: inout String?) -> Bool {
        guard let only = onlyClientID else { return true }
        defer { asked = only }
        return asked == nil || asked == only
    }

    package func caller(request: RequestID) -> Caller {
        switch self {
        case .anyone: Caller(.anyone, request: request)
        case .client(let id, let tenant): Caller(.client, id: id, tenant: tenant, request: request)
        case .admin(let id, let tenant): Caller(.admin, id: id, tenant: tenant, request: request)
        }
    }
}
