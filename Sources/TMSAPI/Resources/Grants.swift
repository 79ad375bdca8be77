// What user hosts and delegations share: each allows something until a time.

/// Gives the grant of a key, the names it has on the wire, a new expiry.
package struct Renewal<Key: Message>: Message {
    package static var schemaName: String { Key.schemaName + "Renewal" }

    package var key = Key()
    /// Minutes from now on; negative means for ever.
    package var timeToLiveMinutes: Int32 = -1

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try key.fields(&visitor)
        try visitor.field("ttl_minutes", &timeToLiveMinutes)
    }
}
