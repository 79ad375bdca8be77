import Foundation
import TMSStore
import TestSupport
import Testing

/// The way to PostgreSQL over a network that others can listen to: what the address asks for is held.
@Suite struct DatabaseTLSTests {
    /// Two authorities, and a certificate of the first for the name `localhost` and no other.
    private static let certificates = """
        new='openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'
        $new -x509 -days 1 -subj /CN=authority -keyout authority.key -out authority.pem
        $new -x509 -days 1 -subj /CN=stranger -keyout stranger.key -out stranger.pem
        $new -subj /CN=database -addext subjectAltName=DNS:localhost -keyout data/server.key -out request.pem
        openssl x509 -req -days 1 -in request.pem -copy_extensions copy -CA authority.pem -CAkey authority.key \
            -CAcreateserial -out data/server.crt
        """
    private static let password = "hunter2"

    private let port: Int

    init() throws {
        port = try Program.freePort()
    }

    private func cluster(_ settings: [String] = [], preparation: String = "") throws -> PostgreSQLCluster {
        try PostgreSQLCluster(
            settings: ["listen_addresses=127.0.0.1"] + settings, port: port, preparation: preparation)
    }

    /// What a server is told of the database.
    private func environment(host: String = "localhost", _ options: String) -> [String: String] {
        let address = "postgresql://postgres:\(Self.password)@\(host):\(port)/postgres?hostaddr=127.0.0.1&" + options
        return ["TMS_DATABASE_URL": address]
    }

    private func expectRefusal(
        _ outcome: Program.Outcome, _ text: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(outcome.status == 1, sourceLocation: sourceLocation)
        #expect(
            outcome.errors.contains("the database cannot be used") && outcome.errors.contains(text),
            "\(outcome.errors)", sourceLocation: sourceLocation)
        #expect(!(outcome.errors + outcome.output).contains(Self.password), sourceLocation: sourceLocation)
    }

    @Test func databaseIsWhoItsCertificateSays() async throws {
        let cluster = try cluster(["ssl=on"], preparation: Self.certificates)
        defer { withExtendedLifetime(cluster) {} }
        let trusting = "sslmode=verify-full&sslrootcert=\(cluster.folder)/authority.pem"
        let folder = try TemporaryFolder()
        try await Servers.withOwn(in: folder, on: .sqlite, environment: environment(trusting)) { server in
            #expect(try await Wire(server.url).create().status == 201)
            var sessions: [Int64] = []
            try cluster.administrator().run(
                """
                SELECT COUNT(*) FILTER (WHERE s.ssl), COUNT(*) FILTER (WHERE NOT s.ssl)
                FROM pg_stat_ssl AS s JOIN pg_stat_activity AS a USING (pid) WHERE a.application_name = 'tms-server'
                """, []
            ) { sessions = [$0.integer(0), $0.integer(1)] }
            try #require(sessions.count == 2)
            #expect(sessions[0] > 0 && sessions[1] == 0)
            #expect(await server.stop() == 0)
        }
        func serve(_ environment: [String: String]) async throws -> Program.Outcome {
            try await Program.run(
                Program.path("tms-server"),
                ["serve", "--root-dir", folder.file("tms"), "--allow-root", "--http-port", "0"],
                environment: environment)
        }
        let strange = "sslmode=verify-full&sslrootcert=\(cluster.folder)/stranger.pem"
        expectRefusal(try await serve(environment(strange)), "certificate verify failed")
        let renamed = try await serve(environment(host: "127.0.0.1", trusting))
        expectRefusal(renamed, "does not match host name \"127.0.0.1\"")
        let nowhere = "sslmode=verify-full&sslrootcert=\(cluster.folder)/nowhere.pem"
        expectRefusal(try await serve(environment(nowhere)), "nowhere.pem\" does not exist")
    }

    @Test func nothingIsSentInTheClearToADatabaseWithoutTLS() async throws {
        let cluster = try cluster()
        defer { withExtendedLifetime(cluster) {} }
        let folder = try TemporaryFolder()
        let outcome = try await Program.run(
            Program.path("tms-server"), ["install", "--root-dir", folder.file("tms"), "--allow-root"],
            environment: environment("sslmode=require"))
        expectRefusal(outcome, "server does not support SSL")
    }
}
