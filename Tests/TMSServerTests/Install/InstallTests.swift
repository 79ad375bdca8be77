import Foundation
import TestSupport
import Testing

@Suite struct InstallTests {
    private let folder: TemporaryFolder
    private let root: String

    init() throws {
        folder = try TemporaryFolder()
        root = folder.file("new/tms")
    }

    private func install() async throws -> Program.Outcome {
        try await Program.run(Program.path("tms-server"), ["install", "--root-dir", root, "--allow-root"])
    }

    /// Every file and folder with its mode and content.
    private func everything() throws -> [String: String] {
        var all: [String: String] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: root) + [""] {
            let path = root + "/" + name
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
            let content = FileManager.default.contents(atPath: path)?.base64EncodedString() ?? ""
            all[name] = String(mode, radix: 8) + " " + content
        }
        return all
    }

    @Test func onlyTheOwnerMayLookIntoIt() async throws {
        #expect(try await install().status == 0)
        let modes = try everything().mapValues { $0.prefix { $0 != " " } }
        for folder in ["", "config", "certs", "database", "logs"] { #expect(modes[folder] == "700", "\(folder)") }
        let files = ["config/tms.toml", "certs/cert.pem", "certs/key.pem", "database/tms.db", "tms-install.out"]
        for file in files { #expect(modes[file] == "600", "\(file)") }
        #expect(Set(modes.keys).subtracting(files).subtracting(["", "config", "certs", "database", "logs"]).isEmpty)
    }

    @Test func modesDoNotDependOnTheUmask() async throws {
        let command = "umask 000; exec '\(Program.path("tms-server"))' install --root-dir '\(root)' --allow-root"
        #expect(try await Program.run("/bin/sh", ["-c", command]).status == 0)
        let modes = Set(try everything().values.map { $0.prefix { $0 != " " } })
        #expect(modes == ["700", "600"])
    }

    @Test func secretsAreWrittenInThreeLabelledLinesPerTenant() async throws {
        #expect(try await install().status == 0)
        let admins = try InstalledAdmin.all(in: root)
        #expect(admins.map(\.tenant) == ["default", "test"])
        #expect(admins.map(\.id) == ["~~admin", "~~admin"])
        for admin in admins { #expect(admin.secret.wholeMatch(of: /[0-9a-f]{48}/) != nil) }
        #expect(admins[0].secret != admins[1].secret)
        let text = try String(contentsOfFile: root + "/tms-install.out", encoding: .utf8)
        let labels = text.split(separator: "\n").map { $0.prefix { $0 != ":" } }
        #expect(
            labels == [
                "Tenant", "Administrator ID", "Administrator Password", "Tenant", "Administrator ID",
                "Administrator Password",
            ])
    }

    @Test func secretsAreWrittenNowhereElse() async throws {
        let outcome = try await install()
        #expect(outcome.output.contains(root + "/tms-install.out"))
        let database = try #require(FileManager.default.contents(atPath: root + "/database/tms.db"))
        for admin in try InstalledAdmin.all(in: root) {
            #expect(!outcome.output.contains(admin.secret))
            #expect(!outcome.errors.contains(admin.secret))
            #expect(database.range(of: Data(admin.secret.utf8)) == nil)
        }
    }

    @Test func secondRunChangesNothingAndSaysSo() async throws {
        #expect(try await install().status == 0)
        let before = try everything()
        let second = try await install()
        #expect(second.status == 0)
        #expect(second.output.contains("installed already; nothing was changed"))
        #expect(try everything() == before)
    }

    @Test func everyInstallationHasItsOwnSecretsAndKey() async throws {
        #expect(try await install().status == 0)
        let other = folder.file("other")
        let second = try await Program.run(
            Program.path("tms-server"), ["install", "--root-dir", other, "--allow-root"])
        #expect(second.status == 0)
        #expect(try InstalledAdmin.all(in: root) != InstalledAdmin.all(in: other))
        let key = "/certs/key.pem"
        #expect(FileManager.default.contents(atPath: root + key) != FileManager.default.contents(atPath: other + key))
    }

    @Test func missingPartIsMadeAgain() async throws {
        #expect(try await install().status == 0)
        let admins = try InstalledAdmin.all(in: root)
        try FileManager.default.removeItem(atPath: root + "/config/tms.toml")
        #expect(try await install().status == 0)
        #expect(FileManager.default.fileExists(atPath: root + "/config/tms.toml"))
        #expect(try InstalledAdmin.all(in: root) == admins)
    }

    @Test func testTenantIsClosedUnlessItIsEnabled() async throws {
        let wire = Wire(try await Servers.shared(["enable_test_tenant=false"]).url)
        expectRefusal(try await wire.create(), 400, "Tenant not enabled.")
    }

    @Test func unwritableParentIsNamed() async throws {
        let file = try folder.write("", to: "file")
        let outcome = try await Program.run(
            Program.path("tms-server"), ["install", "--root-dir", file + "/tms", "--allow-root"])
        #expect(outcome.status == 78)
        #expect(outcome.errors.contains(file))
    }
}
