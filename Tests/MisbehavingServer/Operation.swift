/// What the load tester calls.
enum Operation: String, CaseIterable, Sendable {
    case getversion, getclient, createkey, getkey

    /// Nil: no such operation.
    init?(method: Substring, path: Substring) {
        let path = path.prefix { $0 != "?" }
        switch (method, path) {
        case ("GET", "/v1/tms/version"): self = .getversion
        case ("POST", "/v1/tms/pubkeys/creds"): self = .createkey
        case ("POST", "/v1/tms/pubkeys/creds/retrieve"): self = .getkey
        case ("GET", _) where path.hasPrefix("/v1/tms/client/"): self = .getclient
        default: return nil
        }
    }

    /// Whether a real server asks its database for it.
    var usesDatabase: Bool { self != .getversion }
}
