internal import FoundationEssentials
internal import Logging
internal import NIOSSL
internal import Primitives

/// The server's certificate and key, read again when their files change, so that renewing them needs no restart.
final class CertificateStore: Sendable {
    private struct Loaded {
        var context: NIOSSLContext
        var modified: [Date?]
    }

    private let certificatePath: String
    private let keyPath: String
    private let logger: Logger
    private let loaded: Monitor<Loaded>

    init(certificatePath: String, keyPath: String, logger: Logger) throws {
        self.certificatePath = certificatePath
        self.keyPath = keyPath
        self.logger = logger
        let modified = Self.modified(certificatePath, keyPath)
        loaded = Monitor(Loaded(context: try Self.load(certificatePath, keyPath), modified: modified))
    }

    /// For the next connection.
    var current: NIOSSLContext { loaded.withLock { $0.context } }

    /// Looks at the files. A pair that cannot be used is reported, and the one in use stays.
    func reloadIfChanged() {
        let modified = Self.modified(certificatePath, keyPath)
        guard loaded.withLock({ $0.modified != modified }) else { return }
        do {
            let context = try Self.load(certificatePath, keyPath)
            loaded.withLock { $0 = Loaded(context: context, modified: modified) }
            logger.notice("certificate reloaded", metadata: ["file": "\(certificatePath)"])
        } catch {
            loaded.withLock { $0.modified = modified }
            logger.error("certificate not reloaded", metadata: ["file": "\(certificatePath)", "error": "\(error)"])
        }
    }

    private static func modified(_ paths: String...) -> [Date?] {
        paths.map { try? FileManager.default.attributesOfItem(atPath: $0)[.modificationDate] as? Date }
    }

    private static func load(_ certificatePath: String, _ keyPath: String) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(certificatePath).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: keyPath, format: .pem)))
        configuration.minimumTLSVersion = .tlsv12
        configuration.maximumTLSVersion = .tlsv13
        configuration.applicationProtocols = ["http/1.1"]
        return try NIOSSLContext(configuration: configuration)
    }
}
