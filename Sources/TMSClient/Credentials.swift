package import Primitives
package import TMSAPI

/// Who a call is made for: what goes into the credential headers, as far as the operation looks at them.
package struct Credentials: Sendable {
    /// A name and what proves it.
    package struct Identity: Sendable {
        package let id: String
        package let secret: SecretBytes

        package init(id: String, secret: SecretBytes) {
            self.id = id
            self.secret = secret
        }
    }

    package var tenant: String?
    package var client: Identity?
    package var admin: Identity?

    package init(tenant: String? = nil, client: Identity? = nil, admin: Identity? = nil) {
        self.tenant = tenant
        self.client = client
        self.admin = admin
    }

    /// Those that an operation of that access looks at, and no others: whoever answers at the address sees what is sent.
    package func limited(to access: Access) -> Credentials {
        guard access != .anyone else { return Credentials() }
        return Credentials(
            tenant: tenant, client: access.acceptsClient ? client : nil, admin: access.acceptsAdmin ? admin : nil)
    }

    /// Names and values of the headers. The secrets in them are copies that are not wiped: HTTP headers are `String`s.
    var headers: [(name: String, value: String)] {
        var headers: [(name: String, value: String)] = []
        if let tenant { headers.append((Header.tenant, tenant)) }
        if let client {
            headers.append((Header.clientID, client.id))
            headers.append((Header.clientSecret, client.secret.text))
        }
        if let admin {
            headers.append((Header.adminID, admin.id))
            headers.append((Header.adminSecret, admin.secret.text))
        }
        return headers
    }
}

extension SecretBytes {
    fileprivate var text: String { withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }
}
