import Foundation
import TestSupport
import Testing

@Suite struct TLSTests {
    private static let address = "https://127.0.0.1"

    private func connect(_ server: TestServer, _ options: [String]) async throws -> Program.Outcome {
        try await Program.run(
            "/usr/bin/env", ["openssl", "s_client", "-connect", "127.0.0.1:\(server.port)"] + options)
    }

    private func certificate(_ server: TestServer) async throws -> String {
        let output = try await connect(server, []).output
        guard let start = output.range(of: "-----BEGIN CERTIFICATE-----"),
            let end = output.range(of: "-----END CERTIFICATE-----")
        else { return "" }
        return String(output[start.lowerBound..<end.upperBound])
    }

    /// A new certificate with its key, in place of those in the folder.
    private func makeCertificate(in folder: String) async throws {
        let made = try await Program.run(
            "/usr/bin/env",
            [
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-days", "1", "-subj", "/CN=renewed", "-keyout", folder + "/key.pem", "-out", folder + "/cert.pem",
            ])
        #expect(made.status == 0, "\(made.errors)")
    }

    @Test func certificateOfTheInstallationIsForThisMachine() async throws {
        try await Servers.withOwn(address: Self.address) { server in
            #expect(server.url.hasPrefix("https://127.0.0.1:"))
            let trusting = ["-CAfile", server.root + "/certs/cert.pem", "-verify_return_error"]
            for options in [
                ["-tls1_2", "-verify_hostname", "localhost"], ["-tls1_3", "-verify_hostname", "localhost"],
                ["-verify_ip", "127.0.0.1"], ["-verify_ip", "::1"],
            ] {
                let outcome = try await connect(server, options + trusting)
                #expect(outcome.status == 0, "\(options): \(outcome.errors)")
                #expect(outcome.output.contains("Verify return code: 0 (ok)"), "\(options)")
            }
            let stranger = try await connect(server, ["-verify_hostname", "other.example"] + trusting)
            #expect(stranger.status != 0)
        }
    }

    @Test(arguments: [("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")])
    func currentVersionsAreSpoken(option: String, version: String) async throws {
        try await Servers.withOwn(address: Self.address) { server async throws in
            #expect(try await connect(server, [option]).output.contains("New, \(version), Cipher is"))
        }
    }

    @Test(arguments: ["-tls1_1", "-tls1"])
    func oldVersionsAreRefused(option: String) async throws {
        try await Servers.withOwn(address: Self.address) { server in
            // Level 0 lets openssl itself try.
            let outcome = try await connect(server, [option, "-cipher", "ALL:@SECLEVEL=0"])
            #expect(outcome.output.contains("Cipher is (NONE)"))
            #expect(outcome.errors.contains("alert protocol version"), "\(outcome.errors)")
        }
    }

    @Test(arguments: ["--http1.1", "--http2"])
    func requestsAreServed(version: String) async throws {
        try await Servers.withOwn(address: Self.address) { server in
            let curl = try await Program.run(
                "/usr/bin/env",
                ["curl", "-sS", version, "--cacert", server.root + "/certs/cert.pem", server.url + "/v1/tms/hello"])
            #expect(curl.output == "hello!", "\(curl.errors)")
        }
    }

    @Test func plainHTTPIsNotServedOnTheTLSPort() async throws {
        try await Servers.withOwn(address: Self.address) { server in
            let connection = try await RawConnection(server)
            try await connection.send(rawRequest("GET", "/v1/tms/hello"))
            #expect(try await connection.isClosedEventually())
            #expect(!String(decoding: connection.received, as: UTF8.self).contains("hello!"))
        }
    }

    @Test func renewedCertificateIsServedWithoutARestart() async throws {
        try await Servers.withOwn(address: Self.address) { server in
            let old = try await certificate(server)
            #expect(!old.isEmpty)
            try await makeCertificate(in: server.root + "/certs")
            let renewed = try String(contentsOfFile: server.root + "/certs/cert.pem", encoding: .utf8)
            #expect(try await eventually(withinSeconds: 60) { try await renewed.contains(certificate(server)) })
            #expect(try await certificate(server) != old)
            #expect(server.log.contains("certificate reloaded"))
        }
    }

    /// As certbot has them, and a volume of secrets: files elsewhere, renewed behind links that stay as they are.
    @Test func certificateBehindALinkIsServedAndRenewed() async throws {
        let folder = try TemporaryFolder()
        let (root, elsewhere) = (folder.file("tms"), folder.file("elsewhere"))
        let install = try await Program.run(
            Program.path("tms-server"), ["install", "--root-dir", root, "--allow-root"])
        try #require(install.status == 0)
        let files = FileManager.default
        try files.createDirectory(atPath: elsewhere, withIntermediateDirectories: false)
        for name in ["certs/cert.pem", "certs/key.pem", "database"] {
            let target = elsewhere + "/" + (name.split(separator: "/").last ?? "")
            try files.moveItem(atPath: root + "/" + name, toPath: target)
            try files.createSymbolicLink(atPath: root + "/" + name, withDestinationPath: target)
        }
        try await Servers.withOwn(in: folder, on: .sqlite, address: Self.address) { server in
            let old = try await certificate(server)
            #expect(try String(contentsOfFile: elsewhere + "/cert.pem", encoding: .utf8).contains(old))
            try await makeCertificate(in: elsewhere)
            let renewed = try String(contentsOfFile: elsewhere + "/cert.pem", encoding: .utf8)
            #expect(try await eventually(withinSeconds: 60) { try await renewed.contains(certificate(server)) })
            #expect(try await certificate(server) != old)
        }
    }

    @Test func unusableCertificateLeavesTheOldOneInUse() async throws {
        try await Servers.withOwn(address: Self.address) { server in
            let old = try await certificate(server)
            try Data("no certificate".utf8).write(to: URL(fileURLWithPath: server.root + "/certs/cert.pem"))
            #expect(try await eventually(withinSeconds: 60) { server.log.contains("certificate not reloaded") })
            #expect(try await certificate(server) == old)
        }
    }
}
