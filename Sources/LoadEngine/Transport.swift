private import Glibc
internal import NIOCore
internal import NIOSSL
internal import Primitives
internal import TMSClient

/// How connections are made: where to, and with which TLS. Made anew for each step, so that names are looked up again.
struct Transport: Sendable {
    private let addresses: [SocketAddress]
    /// nil over plain HTTP.
    let tls: NIOSSLContext?
    /// For SNI and the certificate's check; nil when the host is an address.
    let serverName: String?
    /// What no example of an answer may show.
    let secrets: [String]

    init(addresses: [SocketAddress], tls: NIOSSLContext?, address: TargetAddress, target: LoadTarget) {
        self.addresses = addresses
        self.tls = tls
        let isNumeric = (try? SocketAddress(ipAddress: address.host, port: 0)) != nil
        serverName = isNumeric ? nil : address.host
        secrets = [target.credentials.client, target.credentials.admin].compactMap { identity in
            identity?.secret.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        }
    }

    var addressCount: Int { addresses.count }

    /// The n-th, beginning again at the end; nil when the name has none.
    func address(_ index: Int) -> SocketAddress? {
        addresses.isEmpty ? nil : addresses[index % addresses.count]
    }

    /// All addresses of the host. Waits for the name server: never on an event loop.
    static func resolve(_ address: TargetAddress) -> [SocketAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_protocol = Int32(IPPROTO_TCP)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(address.host, String(address.port), &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var found: [SocketAddress] = []
        var entry = list
        while let current = entry?.pointee {
            if let address = SocketAddress(current), !found.contains(address) { found.append(address) }
            entry = current.ai_next
        }
        return found
    }

    /// - Throws: when a file cannot be used.
    static func tlsContext(_ target: LoadTarget) throws(LoadEngineError) -> NIOSSLContext {
        var tls = TLSConfiguration.makeClientConfiguration()
        switch target.trust {
        case .system:
            break
        case .caFile(let path):
            do {
                tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(path))
            } catch {
                throw LoadEngineError("no certificates can be read from \(path)")
            }
        case .anything:
            tls.certificateVerification = .none
        }
        if let file = target.certificateFile {
            do {
                tls.certificateChain = try NIOSSLCertificate.fromPEMFile(file).map { .certificate($0) }
                tls.privateKey = .privateKey(try NIOSSLPrivateKey(file: target.keyFile ?? file, format: .pem))
            } catch {
                throw LoadEngineError("no certificate with its private key can be read from \(file)")
            }
        }
        do {
            return try NIOSSLContext(configuration: tls)
        } catch {
            throw LoadEngineError("TLS cannot be set up with these certificates: \(error)")
        }
    }
}

extension SocketAddress {
    fileprivate init?(_ info: addrinfo) {
        guard let address = info.ai_addr else { return nil }
        switch info.ai_family {
        case AF_INET:
            self.init(address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { $0.pointee }, host: "")
        case AF_INET6:
            self.init(address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { $0.pointee }, host: "")
        default:
            return nil
        }
    }
}
