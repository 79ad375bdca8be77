private import Foundation
internal import TMSAPI

/// An administrator as `tms-install.out` names it, in three labelled lines.
package struct InstalledAdmin: Equatable, Sendable {
    package let tenant: String
    package let id: String
    package let secret: String

    /// What its calls say of who they come from.
    package var headers: [String: String] {
        [Header.tenant: tenant, Header.adminID: id, Header.adminSecret: secret]
    }

    package static func all(of server: TestServer) throws -> [InstalledAdmin] {
        try all(in: server.root)
    }

    package static func all(in root: String) throws -> [InstalledAdmin] {
        let text = try String(contentsOfFile: root + "/tms-install.out", encoding: .utf8)
        let lines = text.split(separator: "\n")
        func values(_ label: String) -> [String] {
            lines.filter { $0.hasPrefix(label + ": ") }.map { String($0.dropFirst(label.count + 2)) }
        }
        let (ids, secrets) = (values("Administrator ID"), values("Administrator Password"))
        return values("Tenant").enumerated().map { InstalledAdmin(tenant: $1, id: ids[$0], secret: secrets[$0]) }
    }
}

extension TestServer {
    /// The headers of the administrator who makes, enables and removes tenants.
    package func defaultAdminHeaders() throws -> [String: String] {
        guard let admin = try InstalledAdmin.all(of: self).first(where: { $0.tenant == "default" }) else {
            throw Failure("no administrator of the tenant default")
        }
        return admin.headers
    }
}
