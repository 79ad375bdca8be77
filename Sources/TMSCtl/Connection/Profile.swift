internal import Primitives
internal import TMSClient

/// Where a server is and who calls it.
struct Profile: Sendable {
    var url: String?
    var tenant: String?
    var adminID: String?
    var adminSecret: SecretBytes?
    var clientID: String?
    var clientSecret: SecretBytes?
    /// A PEM file of certificates to trust beside the system's.
    var caFile: String?

    /// What the environment says about it, variable by variable.
    static func ofEnvironment(_ environment: [String: String]) -> Profile {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        return Profile(
            url: value("TMS_URL"), tenant: value("TMS_TENANT"), adminID: value("TMS_ADMIN_ID"),
            adminSecret: value("TMS_ADMIN_SECRET").map(SecretBytes.init), clientID: value("TMS_CLIENT_ID"),
            clientSecret: value("TMS_CLIENT_SECRET").map(SecretBytes.init), caFile: value("TMS_CA_FILE"))
    }

    /// This profile where `stronger` says nothing.
    func overridden(by stronger: Profile) -> Profile {
        Profile(
            url: stronger.url ?? url, tenant: stronger.tenant ?? tenant, adminID: stronger.adminID ?? adminID,
            adminSecret: stronger.adminSecret ?? adminSecret, clientID: stronger.clientID ?? clientID,
            clientSecret: stronger.clientSecret ?? clientSecret, caFile: stronger.caFile ?? caFile)
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
