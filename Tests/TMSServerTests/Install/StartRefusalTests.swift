import Foundation
import TestSupport
import Testing

/// What the server does not start with: exit status 78 and a line that says where to look.
@Suite struct StartRefusalTests {
    private let folder: TemporaryFolder
    private let root: String

    init() throws {
        folder = try TemporaryFolder()
        root = folder.file("tms")
    }

    private func install() async throws {
        let outcome = try await Program.run(
            Program.path("tms-server"), ["install", "--root-dir", root, "--allow-root"])
        try #require(outcome.status == 0)
    }

    private func serve(
        _ arguments: [String] = [], environment: [String: String] = [:]
    ) async throws -> Program.Outcome {
        try await Program.run(
            Program.path("tms-server"), ["serve", "--root-dir", root, "--allow-root", "--http-port", "0"] + arguments,
            environment: environment)
    }

    private func expectRefusal(
        _ outcome: Program.Outcome, _ texts: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(outcome.status == 78, "\(outcome.errors)", sourceLocation: sourceLocation)
        for text in texts {
            #expect(outcome.errors.contains(text), "\(outcome.errors)", sourceLocation: sourceLocation)
        }
        #expect(outcome.output.isEmpty, sourceLocation: sourceLocation)
    }

    @Test(arguments: [
        ("http_port = \"x", "http_port"), ("http_port = \"3000\"", "http_port must be a whole number"),
        ("http_port = 65536", "http_port must be a whole number from 0 to 65535"),
        ("http_port = -1", "http_port must be"), ("enable_mvp = 1", "enable_mvp must be true or false"),
        ("new_clients = \"anybody\"", "new_clients must be one of admin, allow, disallow, on_approval"),
        ("enforcement = \"lax\"", "enforcement must be one of enforce, warn, observe"),
        ("log_level = \"loud\"", "log_level must be one of"), ("http_addr = \"ftp://x/y\"", "http_addr must be"),
        ("server_urls = \"x\"", "server_urls must be a list of strings"),
        ("mvp_denied_accounts = [1]", "mvp_denied_accounts must be a list of strings"),
        ("title = 1", "title must be a string"), ("connections_max = 0", "connections_max must be"),
        ("idle_timeout_seconds = 1.5", "idle_timeout_seconds must be a whole number"),
    ])
    func wrongValueIsNamedWithFileAndLine(line: String, text: String) async throws {
        try FileManager.default.createDirectory(atPath: root + "/config", withIntermediateDirectories: true)
        let file = root + "/config/tms.toml"
        try "# one\ntitle2 = 1\n\n\(line)\n".write(toFile: file, atomically: true, encoding: .utf8)
        if line.hasSuffix("\"x") {
            expectRefusal(try await serve(), file + ":4:")
        } else {
            expectRefusal(try await serve(["--set", "title=t"]), "\(file):4: \(text)")
        }
    }

    @Test(arguments: ["title = ", "= 1", "title = 'a' 'b'", "[section", "title = 'a'\ntitle = 'b'"])
    func unparsableFileIsNamedWithItsLine(text: String) async throws {
        try FileManager.default.createDirectory(atPath: root + "/config", withIntermediateDirectories: true)
        let file = root + "/config/tms.toml"
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        expectRefusal(try await serve(), file + ":")
    }

    @Test func missingInstallationIsExplained() async throws {
        expectRefusal(try await serve(), root + "/config/tms.toml", "tms-server install")
    }

    @Test func wrongValueOfAVariableIsNamed() async throws {
        try await install()
        expectRefusal(
            try await serve(environment: ["TMS_CONNECTIONS_MAX": "many"]),
            "environment variable TMS_CONNECTIONS_MAX: connections_max must be")
    }

    @Test(arguments: [
        ("nonsense=1", "there is no configuration key 'nonsense'"), ("title", "must be key=value"),
        ("connections_max=0", "flag for 'connections_max': connections_max must be"),
    ])
    func wrongFlagIsNamed(setting: String, text: String) async throws {
        try await install()
        expectRefusal(try await serve(["--set", setting]), text)
    }

    @Test(arguments: ["", "config", "certs", "database", "logs"])
    func folderThatOthersMayReadIsNamed(name: String) async throws {
        try await install()
        let path = name.isEmpty ? root : root + "/" + name
        try FileManager.default.setAttributes([.posixPermissions: 0o750], ofItemAtPath: path)
        expectRefusal(try await serve(), path, "has mode 750, must have 700", "chmod 700")
    }

    @Test(arguments: ["certs/key.pem", "certs/cert.pem", "database/tms.db"])
    func fileThatOthersMayReadIsNamed(name: String) async throws {
        try await install()
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: root + "/" + name)
        expectRefusal(try await serve(), root + "/" + name, "has mode 644, must have 600", "chmod 600")
    }

    @Test(arguments: ["certs/key.pem", "certs/cert.pem", "database/tms.db", "logs"])
    func missingPartIsNamed(name: String) async throws {
        try await install()
        try FileManager.default.removeItem(atPath: root + "/" + name)
        expectRefusal(try await serve(), root + "/" + name, "is missing")
    }

    @Test(arguments: ["certs/key.pem", "certs/cert.pem"])
    func unusableFileIsNamed(name: String) async throws {
        try await install()
        try Data("nonsense".utf8).write(to: URL(fileURLWithPath: root + "/" + name))
        expectRefusal(try await serve(), root + "/" + name)
    }

    @Test func keyOfAnotherCertificateIsNamed() async throws {
        try await install()
        let made = try await Program.run(
            "/usr/bin/env",
            ["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", root + "/certs/key.pem"])
        try #require(made.status == 0, "\(made.errors)")
        expectRefusal(try await serve(), root + "/certs/key.pem", root + "/certs/cert.pem")
    }

    /// Puts a part somewhere else, and a link to it in its place.
    private func moveAway(_ name: String) throws -> String {
        let target = folder.file("elsewhere-" + name.replacingOccurrences(of: "/", with: "-"))
        try FileManager.default.moveItem(atPath: root + "/" + name, toPath: target)
        try FileManager.default.createSymbolicLink(atPath: root + "/" + name, withDestinationPath: target)
        return target
    }

    @Test(arguments: [("certs/key.pem", 0o644, "600"), ("database", 0o755, "700")])
    func linkToWhatOthersMayReadIsNamedWithItsTarget(name: String, mode: Int, wanted: String) async throws {
        try await install()
        let target = try moveAway(name)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: target)
        expectRefusal(
            try await serve(), root + "/" + name, "is a link to \(target), which has mode \(String(mode, radix: 8))",
            "chmod \(wanted) '\(target)'")
    }

    @Test func linkThatLeadsNowhereIsNamed() async throws {
        try await install()
        try FileManager.default.removeItem(atPath: try moveAway("certs/cert.pem"))
        expectRefusal(try await serve(), root + "/certs/cert.pem", "is a link to something that is missing")
    }

    @Test func linkThatCannotBeFollowedIsSaidToBeThat() async throws {
        try await install()
        let name = root + "/certs/key.pem"
        try FileManager.default.removeItem(atPath: name)
        try FileManager.default.createSymbolicLink(atPath: name, withDestinationPath: name)
        expectRefusal(try await serve(), name, "Too many levels of symbolic links")
    }

    @Test func fileThatIsNoDatabaseEndsIt() async throws {
        try await install()
        let file = root + "/database/tms.db"
        try Data(String(repeating: "no database", count: 1000).utf8).write(to: URL(fileURLWithPath: file))
        let outcome = try await serve()
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("the database cannot be used"))
    }
}
