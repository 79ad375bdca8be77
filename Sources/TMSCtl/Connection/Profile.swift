internal import Primitives
internal import TMSClient

/// Where a server is and who calls it.
///
/// A secret is for the server that is named beside it, in the profile's part of the file or in the environment. Where a
/// call goes elsewhere, it stays here.
struct Profile: Sendable {
    var url: String?
    var tenant: String?
    var adminID: String?
    var adminSecret: SecretBytes?
    var clientID: String?
    var clientSecret: SecretBytes?
    /// A PEM file of certificates to trust beside the system's.
    var caFile: String?
    /// The server of secrets that are missing here because the call goes elsewhere.
    var withheldFrom: String?

    /// What the environment says about it, variable by variable.
    static func ofEnvironment(_ environment: [String: String]) -> Profile {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        return Profile(
            url: value("TMS_URL"), tenant: value("TMS_TENANT"), adminID: value("TMS_ADMIN_ID"),
            adminSecret: value("TMS_ADMIN_SECRET").map(SecretBytes.init), clientID: value("TMS_CLIENT_ID"),
            clientSecret: value("TMS_CLIENT_SECRET").map(SecretBytes.init), caFile: value("TMS_CA_FILE"))
    }

    /// This profile for calls to `server`.
    func withoutSecretsOfOtherServer(than server: String?) -> Profile {
        guard let url, let server, Self.isOther(url, than: server), adminSecret != nil || clientSecret != nil else {
            return self
        }
        var profile = self
        (profile.adminSecret, profile.clientSecret, profile.withheldFrom) = (nil, nil, url)
        return profile
    }

    /// By the text alone, but for what people write in two ways: a difference too many costs a line to read, one too few a
    /// secret.
    private static func isOther(_ url: String, than server: String) -> Bool {
        let texts = [url, server].map { ($0.hasSuffix("/") ? String($0.dropLast()) : $0).lowercased() }
        return texts[0] != texts[1]
    }

    /// This profile where `stronger` says nothing.
    func overridden(by stronger: Profile) -> Profile {
        Profile(
            url: stronger.url ?? url, tenant: stronger.tenant ?? tenant, adminID: stronger.adminID ?? adminID,
            adminSecret: stronger.adminSecret ?? adminSecret, clientID: stronger.clientID ?? clientID,
            clientSecret: stronger.clientSecret ?? clientSecret, caFile: stronger.caFile ?? caFile,
            withheldFrom: stronger.withheldFrom ?? withheldFrom)
    }

    /// What goes into the headers. A name without its secret is no credential.
    var credentials: Credentials {
        Credentials(
            tenant: tenant, client: Self.identity(clientID, clientSecret), admin: Self.identity(adminID, adminSecret))
    }

    private static func identity(_ id: String?, _ secret: SecretBytes?) -> Credentials.Identity? {
        guard let id, let secret else { return nil }
        return Credentials.Identity(id: id, secret: secret)
    }
}
