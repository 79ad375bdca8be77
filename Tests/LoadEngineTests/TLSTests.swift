import Foundation
import LoadEngine
import LoadRecord
import NIOSSL
import Primitives
import Testing

extension LoadEngineTests {
    /// HTTPS, with a certificate of our own making.
    struct TLSTests {
        /// A self-signed certificate for 127.0.0.1, in a folder that goes with it.
        private final class Certificate: Sendable {
            let folder: String
            var certificateFile: String { folder + "/cert.pem" }
            var keyFile: String { folder + "/key.pem" }

            init() throws {
                folder = FileManager.default.temporaryDirectory.path + "/tms-load-" + UUID().uuidString
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                let openssl = try ChildProcess(
                    ["/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
                        + ["-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
                        + ["-keyout", keyFile, "-out", certificateFile],
                    environment: ProcessInfo.processInfo.environment, errors: .withOutput)
                _ = FileHandle(fileDescriptor: openssl.output, closeOnDealloc: true).readDataToEndOfFile()
                var status: Int32 = 0
                while waitpid(openssl.pid, &status, 0) < 0, errno == EINTR {}
            }

            deinit {
                try? FileManager.default.removeItem(atPath: folder)
            }

            func context() throws -> NIOSSLContext {
                let chain = try NIOSSLCertificate.fromPEMFile(certificateFile).map {
                    NIOSSLCertificateSource.certificate($0)
                }
                let key = NIOSSLPrivateKeySource.privateKey(try NIOSSLPrivateKey(file: keyFile, format: .pem))
                return try NIOSSLContext(
                    configuration: .makeServerConfiguration(certificateChain: chain, privateKey: key))
            }
        }

        @Test func trusted() async throws {
            let certificate = try Certificate()
            let server = try TestServer(tls: try certificate.context()) { _ in .json(TestServer.version) }
            var target = LoadTarget(url: server.url)
            target.trust = .caFile(certificate.certificateFile)
            let total = try await Load.run(Load.closed(users: 4, iterations: 25), on: server, target: target).record
                .total
            #expect(total.succeeded == 100)
            #expect(total.connectionsOpened == 4)
            #expect(total.connect.count == 4)
        }

        @Test func anything() async throws {
            let server = try TestServer(tls: try Certificate().context()) { _ in .json(TestServer.version) }
            var target = LoadTarget(url: server.url)
            (target.trust, target.usesKeepAlive) = (.anything, false)
            let total = try await Load.run(Load.closed(users: 2, iterations: 5), on: server, target: target).record
                .total
            #expect(total.succeeded == 10)
            #expect(total.connectionsOpened == 10)
        }

        @Test func untrusted() async throws {
            let server = try TestServer(tls: try Certificate().context()) { _ in .json(TestServer.version) }
            let total = try await Load.run(Load.closed(users: 2, iterations: 2), on: server).record.total
            #expect(total.failures == [.tls: 4])
        }

        @Test func serverWithoutTLS() async throws {
            let server = try TestServer { _ in .json(TestServer.version) }
            let target = LoadTarget(url: "https://127.0.0.1:\(server.port)")
            let load = Load.closed(users: 1, iterations: 1)
            // It waits for the end of a request line that never comes: TLS is not there in time.
            var impatient = target
            impatient.connectTimeoutSeconds = 0.3
            let total = try await Load.run(load, on: server, target: impatient).record.total
            #expect(total.failures == [.tls: 1])
        }

        @Test func filesThatAreNone() {
            var target = LoadTarget(url: "https://localhost")
            target.trust = .caFile("/nowhere.pem")
            #expect(throws: LoadEngineError.self) { try LoadEngine(target: target, data: ScenarioData()) }
        }
    }
}
