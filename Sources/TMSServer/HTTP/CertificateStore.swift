internal import Logging
internal import NIOSSL
internal import Primitives

/// The server's certificate and key, read again when their files change, so that renewing them needs no restart. They may
/// be links to files that somebody else renews.
final class CertificateStore: Sendable {
    private struct Loaded {
        var context: NIOSSLContext
        /// The files as they were before they were read.
        var files: [FileStatus?]
    }

    private let certificatePath: String
    private let keyPath: String
    private let logger: Logger
    private let loaded: Monitor<Loaded>

    /// - Throws: which of the two cannot be used.
    init(certificatePath: String, keyPath: String, logger: Logger) throws(ConfigurationError) {
        self.certificatePath = certificatePath
        self.keyPath = keyPath
        self.logger = logger
        let files = Self.files(certificatePath, keyPath)
        loaded = Monitor(Loaded(context: try Self.load(certificatePath, keyPath), files: files))
    }

    /// For the next connection.
    var current: NIOSSLContext { loaded.withLock { $0.context } }

    /// Looks at the files. A pair that cannot be used is reported, and the one in use stays.
    func reloadIfChanged() {
        let files = Self.files(certificatePath, keyPath)
        guard loaded.withLock({ $0.files != files }) else { return }
        do throws(ConfigurationError) {
            let context = try Self.load(certificatePath, keyPath)
            loaded.withLock { $0 = Loaded(context: context, files: files) }
            logger.notice("certificate reloaded", metadata: ["file": "\(certificatePath)"])
        } catch {
            loaded.withLock { $0.files = files }
            logger.error("certificate not reloaded", metadata: ["file": "\(certificatePath)", "error": "\(error)"])
        }
    }

    private static func files(_ paths: String...) -> [FileStatus?] { paths.map(FileStatus.init(of:)) }

    private static func load(
        _ certificatePath: String, _ keyPath: String
    ) throws(ConfigurationError) -> NIOSSLContext {
        let chain = try using(certificatePath, "is no certificate in PEM") {
            try NIOSSLCertificate.fromPEMFile(certificatePath)
        }
        let key = try using(keyPath, "is no private key in PEM") {
            try NIOSSLPrivateKey(file: keyPath, format: .pem)
        }
        return try using(keyPath, "cannot be used with the certificate in \(certificatePath); is it that one's key?") {
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
            configuration.minimumTLSVersion = .tlsv12
            configuration.maximumTLSVersion = .tlsv13
            configuration.applicationProtocols = ["http/1.1"]
            return try NIOSSLContext(configuration: configuration)
        }
    }

    /// The library's errors name no file.
    private static func using<Value>(
        _ path: String, _ problem: String, _ body: () throws -> Value
    ) throws(ConfigurationError) -> Value {
        do { return try body() } catch { throw ConfigurationError("\(path): \(problem) (\(error))") }
    }
}
