package import TMSAPI

/// Who a request's credentials have proven it to come from: a client, an administrator, or both.
package struct Proven: Sendable, Equatable {
    /// Who it is if nothing more is known: the client, where there are both.
    package let first: Principal
    private let second: Principal?

    package init(_ first: Principal, _ second: Principal? = nil) {
        self.first = first
        self.second = second
    }

    /// The one that may make a call about that tenant and that client; the first that may wins (design.md section 6).
    /// - Parameters:
    ///   - tenant: nil when the call is about the caller's own.
    ///   - owner: the client whose record it is about, if it is about one.
    ///   - reserved: what of the call only an administrator may do, if it asks for that.
    /// - Throws: 403.
    package func principal(
        for access: Access, tenant: String?, owner: String?, reserved: String? = nil, in part: RequestPart
    ) throws(APIError) -> Principal {
        guard let refusal = first.refusal(access, tenant, owner: owner, reserved, part) else { return first }
        guard let second else { throw refusal }
        if let refusal = second.refusal(access, tenant, owner: owner, reserved, part) { throw refusal }
        return second
    }
}

/// Where in a request its subject was named, as the contract's texts call it.
package enum RequestPart: String, Sendable {
    case path = "Path"
    case payload = "Payload"
}

extension Principal {
    /// Administrators of this tenant make, enable and remove the others.
    package static let privilegedTenant = "default"

    package var isPrivileged: Bool {
        if case .admin(_, Self.privilegedTenant) = self { true } else { false }
    }

    fileprivate func refusal(
        _ access: Access, _ subject: String?, owner: String?, _ reserved: String?, _ part: RequestPart
    ) -> APIError? {
        if self == .anyone { return nil }
        if access == .defaultAdmin && !isPrivileged {
            return APIError(
                .forbidden,
                "ERROR: FORBIDDEN - Only admin users in the 'default' tenant can create new tenants.")
        }
        if let subject, subject != tenant, !(access.crossesTenants && isPrivileged) {
            return APIError(
                .forbidden,
                "ERROR: FORBIDDEN - The tenant in the X-TMS-TENANT header (\(tenant)) does not match the tenant in "
                    + "the request body (\(subject))")
        }
        if let owner, case .client(let id, _) = self, id != owner {
            return APIError(
                .forbidden,
                "ERROR: FORBIDDEN - \(part.rawValue) parameters (\(owner)@\(tenant)) differ from those in the request "
                    + "header.")
        }
        if let reserved, case .client = self {
            return APIError(.forbidden, "ERROR: FORBIDDEN - Only an administrator of tenant \(tenant) may \(reserved).")
        }
        return nil
    }
}
