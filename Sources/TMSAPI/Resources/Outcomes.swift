// Messages that several resources share.

/// How many rows a deletion removed. A missing row is no error: what the caller wants gone is gone.
package struct Deleted: Reply {
    package var count: Int32 = 0
    package var resultMessage = ""

    package init() {}

    package init(_ count: Int, _ resultMessage: String) {
        self.count = Int32(clamping: count)
        self.resultMessage = resultMessage
    }

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("num_deleted", &count)
    }
}

/// How many changes an update made.
package struct Updated: Reply {
    package var count: Int32 = 0
    package var resultMessage = ""

    package init() {}

    package init(_ count: Int, _ resultMessage: String) {
        self.count = Int32(clamping: count)
        self.resultMessage = resultMessage
    }

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("fields_updated", &count)
    }

    /// The contract's text for an update that was asked to change nothing.
    package static let nothing = Updated(0, "No updates specified")
}

/// How many changes a new expiry made, and when it is.
package struct ExpiryUpdated: Reply {
    package var count: Int32 = 0
    /// The reference's own spelling: "2026-11-23 19:00:00.000000 UTC", or "UNCHANGED".
    package var expiresMessage = "UNCHANGED"
    /// nil when nothing was changed.
    package var expiresAt: Timestamp?
    package var resultMessage = ""

    package init() {}

    /// - Parameter expiresAt: nil when there was no such row.
    package init(_ expiresAt: Timestamp?, of what: String) {
        count = expiresAt == nil ? 0 : 1
        self.expiresAt = expiresAt
        if let expiresAt { expiresMessage = expiresAt.messageText }
        resultMessage = "\(count) update(s) to \(what) completed"
    }

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("expires_at", &expiresAt)
        try visitor.field("expires_msg", &expiresMessage)
        try visitor.field("fields_updated", &count)
    }
}

extension Timestamp {
    /// "2026-11-23 19:00:00.000000 UTC"
    fileprivate var messageText: String {
        description.replacing("T", with: " ").replacing("+00:00", with: " UTC")
    }
}

/// A page of rows that can be enabled and disabled.
package struct ListByState: Message {
    package var page = PageRequest()
    /// Only those that are enabled, or are not.
    package var enabled: Bool?

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try page.fields(&visitor)
        try visitor.field("enabled", &enabled)
    }
}

/// A row's number in the path.
package struct RowPath: Message {
    package var id: Int32 = 0

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("id", &id)
    }
}
