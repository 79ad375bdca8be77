package import TMSClient

/// The server that is tested, and how it is spoken to.
package struct LoadTarget: Sendable {
    /// Which certificates of a server are believed.
    package enum Trust: Sendable, Hashable {
        case system
        /// A PEM file of certificates instead of the system's.
        case caFile(String)
        /// `--accept-invalid-certs`: encrypted, and with anybody.
        case anything
    }

    /// "https://localhost:3000", with or without a path that the API's paths are put behind.
    package var url: String
    /// For one request, from when it is sent to the last byte of its answer, however slowly the bytes come.
    package var timeoutSeconds = 60.0
    /// For opening a connection, TLS included; never more than ``timeoutSeconds``.
    package var connectTimeoutSeconds = 10.0
    package var usesKeepAlive = true
    package var trust = Trust.system
    /// PEM files of our own certificate (with its chain) and its private key, for servers that ask for one.
    package var certificateFile: String?
    package var keyFile: String?
    package var credentials = Credentials()
    /// Whom getclient asks for; nil: the client of ``credentials``.
    package var clientID: String?
    /// `TMS_PARSE_RESPONSE`: whether answers must hold what they should, beside their status.
    package var checksBodies = true

    package init(url: String) {
        self.url = url
    }
}

/// Why no load can be sent at all: a setting, a file or a limit of this machine.
package struct LoadEngineError: Error, Equatable, CustomStringConvertible, Sendable {
    /// A sentence for people. Never holds a secret.
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// The parts of a URL that requests and connections need.
struct TargetAddress: Sendable, Hashable {
    var usesTLS = false
    var host = ""
    var port = 0
    /// Without a slash at its end: "" or "/tms".
    var pathPrefix = ""

    /// As the Host header has it: the port only when it is not the scheme's own.
    var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (usesTLS ? 443 : 80) ? name : "\(name):\(port)"
    }

    init(url: String) throws(LoadEngineError) {
        let refusal = LoadEngineError("the server's address is not a URL of the form https://host:port")
        var rest = Substring(url)
        if rest.hasPrefix("https://") {
            usesTLS = true
            rest = rest.dropFirst("https://".count)
        } else if rest.hasPrefix("http://") {
            rest = rest.dropFirst("http://".count)
        } else {
            throw refusal
        }
        guard rest.utf8.allSatisfy({ $0 > 32 && $0 < 127 }), !rest.contains("@"), !rest.contains("?"),
            !rest.contains("#")
        else { throw refusal }
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        pathPrefix = String(rest[slash...])
        while pathPrefix.hasSuffix("/") { pathPrefix.removeLast() }
        try read(authority: rest[..<slash], refusal)
    }

    private mutating func read(authority: Substring, _ refusal: LoadEngineError) throws(LoadEngineError) {
        var portText: Substring?
        if authority.hasPrefix("["), let bracket = authority.firstIndex(of: "]") {
            host = String(authority[authority.index(after: authority.startIndex)..<bracket])
            let rest = authority[authority.index(after: bracket)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { throw refusal }
            portText = rest.isEmpty ? nil : rest.dropFirst()
        } else if let colon = authority.firstIndex(of: ":") {
            host = String(authority[..<colon])
            portText = authority[authority.index(after: colon)...]
        } else {
            host = String(authority)
        }
        guard !host.isEmpty else { throw refusal }
        port = usesTLS ? 443 : 80
        guard let portText else { return }
        guard let number = Int(portText), 1...65535 ~= number else { throw refusal }
        port = number
    }
}
