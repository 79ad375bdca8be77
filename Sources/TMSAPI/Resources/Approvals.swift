package import Primitives

/// One-time passwords with which a client may register itself, where `new_clients` is `on_approval`.
package enum ApprovalsAPI {
    package static let create = Endpoint<Nothing, CreateApproval, ApprovalCreated>(
        .post, "tms/approvals", access: .admin, success: .created,
        denied: "to approve a registration in tenant {tenant}.", tenant: { _, body in body.tenant },
        refusals: [.conflict], "Make a one-time password with which one client may register itself")
}

package struct CreateApproval: Message {
    /// How long an approval can be used.
    package enum Life: IntegerBounds {
        /// Up to 30 days.
        package static let range: ClosedRange<Int32> = 1...43_200
    }

    /// A day.
    package static let minutesDefault: Int32 = 1_440

    package var tenant = ""
    package var timeToLiveMinutes: Bounded<Life>?

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("tenant", &tenant)
        try visitor.field("ttl_minutes", &timeToLiveMinutes)
    }
}

package struct ApprovalCreated: Reply {
    package var tenant = ""
    /// 48 hexadecimal digits, to be sent as ``CreateClient/approval``.
    package var approval = SecretBytes("")
    package var expiresAt = Timestamp.never

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("approval", &approval)
        try visitor.field("expires_at", &expiresAt)
        try visitor.field("tenant", &tenant)
    }
}
