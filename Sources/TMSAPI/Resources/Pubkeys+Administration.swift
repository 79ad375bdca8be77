/// What names a key.
package struct PubkeyKey: Message {
    package var clientID = ""
    package var tenant = ""
    package var host = ""
    package var fingerprint = ""

    package init() {}

    package init(clientID: String, tenant: String, host: String, fingerprint: String) {
        self.clientID = clientID
        self.tenant = tenant
        self.host = host
        self.fingerprint = fingerprint
    }

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("client_id", &clientID)
        try visitor.field("tenant", &tenant)
        try visitor.field("host", &host)
        try visitor.field("public_key_fingerprint", &fingerprint)
    }
}

package struct PubkeyPath: Message {
    /// The key's `id`.
    package var number: Int32 = 0

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("seqno", &number)
    }
}

package struct PubkeyDetails: Reply {
    package var id: Int32 = 0
    package var tenant = ""
    package var created = Timestamp.never
    package var updated = Timestamp.never
    package var clientID = ""
    package var userID = ""
    package var host = ""
    package var account = ""
    package var fingerprint = ""
    package var publicKey = ""
    package var keyType = ""
    package var keyBits: Int32 = 0
    package var usesMax: Int32 = 0
    package var usesRemaining: Int32 = 0
    package var expiresAt = Timestamp.never
    package var initialTimeToLiveMinutes: Int32 = 0

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("client_id", &clientID)
        try visitor.field("client_user_id", &userID)
        try visitor.field("created", &created)
        try visitor.field("expires_at", &expiresAt)
        try visitor.field("host", &host)
        try visitor.field("host_account", &account)
        try visitor.field("id", &id)
        try visitor.field("initial_ttl_minutes", &initialTimeToLiveMinutes)
        try visitor.field("key_bits", &keyBits)
        try visitor.field("key_type", &keyType)
        try visitor.field("max_uses", &usesMax)
        try visitor.field("public_key", &publicKey)
        try visitor.field("public_key_fingerprint", &fingerprint)
        try visitor.field("remaining_uses", &usesRemaining)
        try visitor.field("tenant", &tenant)
        try visitor.field("updated", &updated)
    }
}

extension PubkeyDetails: ListedRow {
    package static let countNames = ["num_pubkeys"]
    package static let listNames = ["pubkeys"]
}

/// Listed by client, user, host and account.
package struct ListPubkeys: Message {
    package var page = PageRequest()
    package var clientID: String?
    package var userID: String?
    package var host: String?
    package var account: String?

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try page.fields(&visitor)
        try visitor.field("client_id", &clientID)
        try visitor.field("client_user_id", &userID)
        try visitor.field("host", &host)
        try visitor.field("host_account", &account)
    }
}

package struct UpdatePubkey: Message {
    package var key = PubkeyKey()
    /// Logins in all, those there were included; negative, as for a new key, means unlimited.
    package var usesMax: ClampedInteger?
    /// Minutes from now on: 0 ends the key, negative means never.
    package var timeToLiveMinutes: ClampedInteger?

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try key.fields(&visitor)
        try visitor.field("max_uses", &usesMax)
        try visitor.field("ttl_minutes", &timeToLiveMinutes)
    }
}

package struct RegisterPubkey: Message {
    package var userID = ""
    package var host = ""
    package var account = ""
    /// As it stands in a .pub file: type, base64, and perhaps a comment.
    package var publicKey = ""
    /// Logins the key is good for; negative means unlimited.
    package var uses: Int32 = -1
    /// Minutes the key is good for; negative means for ever.
    package var timeToLiveMinutes: Int32 = -1

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("client_user_id", &userID)
        try visitor.field("host", &host)
        try visitor.field("host_account", &account)
        try visitor.field("public_key", &publicKey)
        try visitor.field("num_uses", &uses)
        try visitor.field("ttl_minutes", &timeToLiveMinutes)
    }
}

/// A key that is kept, as the contract answers a new one: its numbers are strings.
package struct PubkeyRegistered: Reply {
    package var publicKey = ""
    package var fingerprint = ""
    package var keyType = ""
    package var keyBits = Quoted(0)
    package var usesMax = Quoted(0)
    package var usesRemaining = Quoted(0)
    package var expiresAt = Timestamp.never
    /// Whether an earlier request of the same ``IdempotencyKey`` was answered so; not on the wire.
    package var isRepeated = false

    package init() {}

    package var resultMessage: String {
        isRepeated ? "success: an earlier request with this Idempotency-Key registered the key" : "success"
    }

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("expires_at", &expiresAt)
        try visitor.field("key_bits", &keyBits)
        try visitor.field("key_type", &keyType)
        try visitor.field("max_uses", &usesMax)
        try visitor.field("public_key", &publicKey)
        try visitor.field("public_key_fingerprint", &fingerprint)
        try visitor.field("remaining_uses", &usesRemaining)
    }
}
