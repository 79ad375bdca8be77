import Foundation
import Glibc
import Primitives
import TMSStore
import TestSupport
import Testing

@testable import TMSServer

@Suite struct DatabaseConfigurationTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func load(
        _ text: String = "", environment: [String: String] = [:], flags: [(key: String, value: String)] = []
    ) throws -> ServerConfiguration {
        try ConfigurationLoader(
            file: try folder.write(text, to: "tms.toml"), environment: environment, flags: flags
        ).configuration
    }

    private func address(_ configuration: ServerConfiguration) -> String {
        configuration.postgreSQL.address.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }

    private func password(_ configuration: ServerConfiguration) -> String? {
        configuration.postgreSQL.password?.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }

    @Test func withoutAnAddressItIsAFile() throws {
        #expect(try !load().isOnPostgreSQL)
        #expect(try !load(environment: ["TMS_DATABASE_URL": ""]).isOnPostgreSQL)
    }

    @Test func environmentGoesBeforeTheFile() throws {
        let file = "database_url = \"postgresql://u@one/tms\""
        #expect(try address(load(file)) == "postgresql://u@one/tms")
        let environment = ["TMS_DATABASE_URL": "postgresql://u@two/tms", "TMS_DB_HOST": "three"]
        #expect(try address(load(file, environment: environment)) == "postgresql://u@two/tms")
    }

    @Test func variablesOfTheReferenceAreUnderstood() throws {
        let least = try load(environment: ["TMS_DB_USER_PASSWORD": "it's \\ secret"])
        #expect(address(least) == "host='localhost' port='5432' dbname='tmsdb' user='tms'")
        #expect(password(least) == "it's \\ secret")
        let all = try load(environment: [
            "TMS_DB_HOST": "db", "TMS_DB_PORT": "5433", "TMS_DB_DB_NAME": "it's", "TMS_DB_USER": "a\\b",
            "TMS_DB_USER_PASSWORD": "p",
        ])
        #expect(address(all) == #"host='db' port='5433' dbname='it\'s' user='a\\b'"#)
    }

    @Test func passwordIsTheFirstLineOfAFileThatNobodyElseCanRead() throws {
        let environment = ["TMS_DATABASE_URL": "postgresql://u@h/tms", "TMS_DB_USER_PASSWORD": "other"]
        func load(_ file: String) throws -> ServerConfiguration {
            try self.load("database_password_file = \"\(file)\"", environment: environment)
        }
        #expect(try password(load(folder.write("hunter2\n", to: "password"))) == "hunter2")
        for file in [
            folder.file("nowhere"), try folder.write("\n", to: "empty"),
            try folder.write("hunter2", to: "open", mode: 0o640),
        ] {
            #expect { try load(file) } throws: { "\($0)".contains(file) && !"\($0)".contains("hunter2") }
        }
    }

    @Test func secretOnTheCommandLineIsRefusedWithoutQuotingIt() {
        #expect {
            try load(flags: [("database_url", "postgresql://u:hunter2@h/tms")])
        } throws: {
            "\($0)".contains("TMS_DATABASE_URL") && !"\($0)".contains("hunter2")
        }
    }

    @Test func addressThatIsNoneIsRefusedWithoutQuotingIt() {
        #expect {
            try load("database_url = \"postgresql://u:hunter2@h/tms?hunter2\"")
        } throws: {
            "\($0)".contains("tms.toml:1: database_url must be") && !"\($0)".contains("hunter2")
        }
    }

    @Test func secretsAreNotSpelled() throws {
        let configuration = try load(
            "database_url = \"postgresql://u:hunter2@h/tms\"", environment: ["TMS_DB_USER_PASSWORD": "hunter3"])
        #expect(!ConfigurationTemplate.text(configuration).contains("hunter"))
        #expect(!"\(configuration)".contains("hunter"))
    }

    /// What one server has answered, the other one knows.
    @Test func twoServersShareADatabase() async throws {
        try await Servers.withOwn(on: .postgreSQL) { first in
            try await Servers.withOwn(on: .sqlite, environment: first.database.environment) { second in
                let key = try await Wire(first.url).create()
                #expect(key.status == 201)
                let fingerprint = try #require(key["public_key_fingerprint"])
                #expect(try await Wire(second.url).retrieve(fingerprint).status == 200)
                #expect(try await Wire(second.url).create().status == 201)
                try first.changeDatabase("UPDATE clients SET enabled = FALSE WHERE tenant = 'test'")
                for server in [first, second] {
                    #expect(try await eventually { try await Wire(server.url).create().status == 401 })
                }
            }
        }
    }

    @Test func onlyTheFirstOfSeveralServersIsToldSecrets() async throws {
        let database = try Backend.postgreSQL.makeDatabase()
        func install(_ name: String) async throws -> String {
            let outcome = try await Program.run(
                Program.path("tms-server"), ["install", "--root-dir", folder.file(name), "--allow-root"],
                environment: database.environment)
            #expect(outcome.status == 0, "\(outcome.errors)")
            return outcome.output
        }
        #expect(try await install("first").contains("secrets are in \(folder.file("first"))/tms-install.out"))
        let second = try await install("second")
        #expect(second.contains("Installed in") && second.contains("has its administrators"))
        #expect(!second.contains("tms-install.out"))
        #expect(!FileManager.default.fileExists(atPath: folder.file("second/tms-install.out")))
        #expect(try await install("second").contains("nothing was changed"))
    }

    @Test func serverWithoutItsDatabaseSaysSoAndNoPassword() async throws {
        let outcome = try await Program.run(
            Program.path("tms-server"), ["install", "--root-dir", folder.file("tms"), "--allow-root"],
            environment: ["TMS_DATABASE_URL": "postgresql://u:hunter2@/tms?host=\(folder.path)"])
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("the database cannot be used"))
        #expect(!(outcome.errors + outcome.output).contains("hunter2"))
    }

    /// It takes connections, and never says a word.
    @Test func databaseThatHangsIsGivenUp() async throws {
        let silent = try SilentSocket(path: folder.file(".s.PGSQL.5432"))
        defer { silent.close() }
        let outcome = try await Program.run(
            Program.path("tms-server"), ["install", "--root-dir", folder.file("tms"), "--allow-root"],
            environment: ["TMS_DATABASE_URL": "postgresql://u@/tms?host=\(folder.path)"])
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("the database cannot be used") && outcome.errors.contains("timeout"))
    }
}

/// A listening socket of the file system that nobody looks after.
private struct SilentSocket {
    private let descriptor: Int32

    init(path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let isListening = withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0 && listen(descriptor, 8) == 0
            }
        }
        try #require(isListening)
    }

    func close() { _ = Glibc.close(descriptor) }
}
