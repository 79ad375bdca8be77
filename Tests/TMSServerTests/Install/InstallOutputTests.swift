import Foundation
import TestSupport
import Testing

/// The administrators' secrets are written down, or there are no administrators.
@Suite struct InstallOutputTests {
    private let folder: TemporaryFolder
    private let root: String
    private let output: String

    init() throws {
        folder = try TemporaryFolder()
        root = folder.file("tms")
        output = root + "/tms-install.out"
    }

    private func run(_ command: String) async throws -> Program.Outcome {
        try await Program.run(Program.path("tms-server"), [command, "--root-dir", root, "--allow-root"])
    }

    /// That the secrets which are written down are those of the database.
    private func expectAdministrator() async throws {
        try await Servers.withOwn(in: folder, on: .sqlite) { server in
            for admin in try InstalledAdmin.all(of: server) {
                let answer = try await Wire(server.url).send("GET", "/v1/tms/admins/list", headers: admin.headers)
                #expect(answer.status == 200, "\(admin.tenant): \(answer.text)")
            }
        }
        let mode = try FileManager.default.attributesOfItem(atPath: output)[.posixPermissions] as? NSNumber
        #expect(mode == 0o600)
        #expect(try !FileManager.default.contentsOfDirectory(atPath: root).contains { $0.hasSuffix(".partial") })
    }

    @Test(arguments: [true, false]) func somethingOfThatNameStopsItBeforeAnythingIsMade(isFolder: Bool) async throws {
        try FileManager.default.createDirectory(
            atPath: isFolder ? output : root, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        if !isFolder { _ = try folder.write("secrets of before", to: "tms/tms-install.out") }
        let refused = try await run("install")
        #expect(refused.status == 78)
        #expect(refused.errors.contains(output + ": is there already"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: root) == ["tms-install.out"])
        if !isFolder { #expect(try String(contentsOfFile: output, encoding: .utf8) == "secrets of before") }

        try FileManager.default.removeItem(atPath: output)
        #expect(try await run("install").status == 0)
        try await expectAdministrator()
    }

    /// A folder whose database has the schema, and no tenants yet.
    private func makeEmptyDatabase() async throws -> TestDatabase {
        try #require(try await run("install").status == 0)
        try FileManager.default.removeItem(atPath: output)
        for name in try FileManager.default.contentsOfDirectory(atPath: root + "/database") {
            try FileManager.default.removeItem(atPath: root + "/database/" + name)
        }
        _ = try folder.write("", to: "tms/database/tms.db")
        let migrated = try await run("migrate")
        try #require(migrated.status == 0, "\(migrated.errors)")
        return TestDatabase(sqliteIn: folder, file: "tms/database/tms.db")
    }

    @Test func secretsThatAreThereAreNotOverwritten() async throws {
        _ = try await makeEmptyDatabase()
        _ = try folder.write("secrets of before", to: "tms/tms-install.out")
        let refused = try await run("install")
        #expect(refused.status == 78)
        #expect(refused.errors.contains(output + ": is there already"))
        #expect(try String(contentsOfFile: output, encoding: .utf8) == "secrets of before")

        // No administrator was made whose secret nobody knows.
        try FileManager.default.removeItem(atPath: output)
        #expect(try await run("install").output.contains(output))
        try await expectAdministrator()
    }

    @Test func secretsOfAdministratorsThatWereNotKeptAreRemoved() async throws {
        let database = try await makeEmptyDatabase()
        // What is wrong is found by the commit only.
        try database.change(
            """
            CREATE TABLE one (id INTEGER PRIMARY KEY);
            CREATE TABLE other (id INTEGER REFERENCES one (id) DEFERRABLE INITIALLY DEFERRED);
            CREATE TRIGGER late AFTER INSERT ON tenants BEGIN INSERT INTO other VALUES (1); END;
            """)
        let failed = try await run("install")
        #expect(failed.status == 1)
        #expect(!FileManager.default.fileExists(atPath: output))

        try database.change("DROP TRIGGER late")
        #expect(try await run("install").status == 0)
        try await expectAdministrator()
    }
}
