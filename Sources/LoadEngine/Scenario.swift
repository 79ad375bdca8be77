package import TMSAPI

/// What a user asks for again and again: one operation of the API.
package enum Scenario: String, CaseIterable, Sendable {
    case getversion, getclient, createkey, getkey

    package var operation: Operation {
        switch self {
        case .getversion: Operation("version", SystemAPI.version)
        case .getclient: Operation("client_get", ClientsAPI.get)
        case .createkey: Operation("pubkey_create", PubkeysAPI.create)
        case .getkey: Operation("pubkey_retrieve", PubkeysAPI.retrieve)
        }
    }

    /// "POST /v1/tms/pubkeys/creds"
    package var request: String { operation.name }

    /// Whether the request carries the client's credential.
    package var needsCredentials: Bool { operation.access.acceptsClient }

    /// Members that a success must have, none of them blank.
    var requiredMembers: [StaticString] {
        switch self {
        case .getversion: ["tms_version"]
        case .getclient: ["client_id", "tenant"]
        case .createkey: ["public_key_fingerprint", "public_key", "private_key"]
        case .getkey: ["public_key"]
        }
    }
}
