package import Primitives

package enum PubkeysAPI {
    package static let create = Endpoint<Nothing, CreatePubkey, PubkeyCreated>(
        .post, "tms/pubkeys/creds", access: .client, success: .created,
        denied: "Credential mismatch for client {client_id} in tenant {tenant}.", isRepeatable: true,
        refusals: [.forbidden],
        "Make a key pair for a user; the private half is answered once and kept nowhere")

    package static let retrieve = Endpoint<Nothing, RetrievePubkey, PubkeyRetrieved>(
        .post, "tms/pubkeys/creds/retrieve", access: .anyone, refusals: [.forbidden, .notFound],
        "Hand the public key of a fingerprint to the host where a user is logging in")

    package static let register = Endpoint<Nothing, RegisterPubkey, PubkeyRegistered>(
        .post, "tms/pubkeys/register", access: .client, success: .created,
        denied: "Credential mismatch for client {client_id} in tenant {tenant}.", isRepeatable: true,
        refusals: [.forbidden, .conflict],
        "Register a public key whose private half never leaves its owner")

    package static let get = Endpoint<PubkeyPath, Nothing, PubkeyDetails>(
        .get, "tms/pubkeys/id/{seqno}", access: .clientOrAdmin,
        denied: "to view pubkey #{seqno} in tenant {tenant}.", refusals: [.notFound],
        "Show a key; a client sees its own only")

    package static let list = Endpoint<ListPubkeys, Nothing, Page<PubkeyDetails>>(
        .get, "tms/pubkeys/list", access: .clientOrAdmin, denied: "to list clients in tenant {tenant}.",
        "List the tenant's keys; a client sees its own only")

    package static let update = Endpoint<Nothing, UpdatePubkey, Updated>(
        .patch, "tms/pubkeys", access: .clientOrAdmin, denied: "to update client {client_id} in tenant {tenant}.",
        tenant: { _, body in body.key.tenant }, owner: { _, body in body.key.clientID }, refusals: [.notFound],
        "Change how often and how long a key can be used")

    package static let delete = Endpoint<Nothing, PubkeyKey, Deleted>(
        .delete, "tms/pubkeys/del", access: .clientOrAdmin,
        denied: "to delete public key {client_id} in tenant {tenant}.", tenant: { _, body in body.tenant },
        owner: { _, body in body.clientID }, "Delete a key with its reservations")
}

package struct CreatePubkey: Message {
    package var clientUserID = ""
    package var host = ""
    package var hostAccount = ""
    /// Logins the key is good for; negative means unlimited.
    package var uses: Int32 = -1
    /// Minutes the key is good for; negative means for ever.
    package var timeToLiveMinutes: Int32 = -1
    /// The kind of key, in any of the names `SSHKeys.KeyAlgorithm` knows.
    package var keyType: KeyTypeName?

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("client_user_id", &clientUserID)
        try visitor.field("host", &host)
        try visitor.field("host_account", &hostAccount)
        try visitor.field("num_uses", &uses)
        try visitor.field("ttl_minutes", &timeToLiveMinutes)
        try visitor.field("key_type", &keyType)
    }
}

package struct PubkeyCreated: Reply {
    package var privateKey = SecretBytes("")
    /// The half that is kept.
    package var registered = PubkeyRegistered()

    package init() {}

    package var resultMessage: String {
        registered.isRepeated
            ? "success: an earlier request with this Idempotency-Key made the key, and its private half is kept nowhere"
            : "success"
    }

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try registered.fields(&visitor)
        try visitor.field("private_key", &privateKey)
    }
}

package struct RetrievePubkey: Message {
    /// The account somebody is logging in to.
    package var user = ""
    package var userUID: String?
    package var host = ""
    package var fingerprint = ""
    package var keyType: String?
    /// What tells one SSH connection from another at that host. sshd asks twice per login; calls with the same text
    /// within the ticket's life are one use of the key. Ours, not the reference's: stock callers do not send it.
    package var connection: String?

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("user", &user)
        try visitor.field("user_uid", &userUID)
        try visitor.field("host", &host)
        try visitor.field("public_key_fingerprint", &fingerprint)
        try visitor.field("key_type", &keyType)
        try visitor.field("connection", &connection)
    }
}

package struct PubkeyRetrieved: Reply {
    package var publicKey = ""

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("public_key", &publicKey)
    }
}
