import Foundation
import TestSupport
import Testing

/// Whom `tmsctl` shows which secret.
@Suite(.timeLimit(.minutes(3)))
struct CredentialTests {
    private static let list = ["mfa", "list"]

    /// Runs it with a profile `prod` of a server, which has an administrator and a client.
    private func run(
        _ arguments: [String], prod: RecordingListener, environment: [String: String] = [:]
    ) async throws -> Program.Outcome {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            """
            default = "prod"
            [profiles.prod]
            url = "\(prod.url)"
            tenant = "mysite"
            admin_id = "~~admin"
            admin_secret = "prod admin"
            client_id = "gateway"
            client_secret = "prod client"

            """, to: "tmsctl.toml")
        // Nothing of whoever runs the tests.
        let none = [
            "URL", "TENANT", "ADMIN_ID", "ADMIN_SECRET", "CLIENT_ID", "CLIENT_SECRET", "CA_FILE",
        ].map { ("TMS_" + $0, "") }
        let own = Dictionary(uniqueKeysWithValues: none + [("TMSCTL_CONFIG", file), ("TMSCTL_PROFILE", "")])
        return try await Program.run(Program.path("tmsctl"), arguments, environment: own.merging(environment) { $1 })
    }

    private func withServers(
        _ body: (_ prod: RecordingListener, _ other: RecordingListener) async throws -> Void
    ) async throws {
        try await RecordingListener.with { prod in
            try await RecordingListener.with { other in try await body(prod, other) }
        }
    }

    @Test func pingShowsNoSecretToAnybody() async throws {
        try await withServers { prod, other in
            for options in [[], ["--url", other.url]] {
                let outcome = try await run(["ping"] + options, prod: prod)
                #expect(outcome.status == 0, "\(outcome.errors)")
            }
            #expect(prod.credentials == [[:]])
            #expect(other.credentials == [[:]])
        }
    }

    @Test func callShowsTheCredentialThatItNeedsAndNoOther() async throws {
        try await withServers { prod, _ in
            _ = try await run(Self.list, prod: prod)
            _ = try await run(["reservation", "create", "alice", "host", "SHA256:x", "--ttl", "1h"], prod: prod)
            #expect(
                prod.credentials == [
                    ["x-tms-tenant": "mysite", "x-tms-admin-id": "~~admin", "x-tms-admin-secret": "prod admin"],
                    ["x-tms-tenant": "mysite", "x-tms-client-id": "gateway", "x-tms-client-secret": "prod client"],
                ])
        }
    }

    /// A server that is named beside no secret gets none, whichever way it was named.
    @Test(arguments: [
        (["--url"], [:]), ([], ["TMS_URL": ""]), (["--profile", "prod", "--url"], [:]),
        (["--url"], ["TMS_URL": "https://prod.example.org", "TMS_ADMIN_ID": "root", "TMS_ADMIN_SECRET": "s"]),
    ])
    func secretGoesToNoOtherServer(options: [String], environment: [String: String]) async throws {
        try await withServers { prod, other in
            let outcome = try await run(
                Self.list + options + (options.isEmpty ? [] : [other.url]), prod: prod,
                environment: environment.mapValues { $0.isEmpty ? other.url : $0 })
            #expect(outcome.status == 78)
            #expect(
                outcome.errors.contains("TMS_URL='\(other.url)' with TMS_ADMIN_ID and TMS_ADMIN_SECRET"),
                "\(outcome.errors)")
            #expect(!outcome.errors.contains("CLIENT_SECRET"))
            #expect(prod.credentials.isEmpty)
            #expect(other.credentials.isEmpty)
        }
    }

    /// A server may let anybody register.
    @Test func registrationIsSentToAnotherServerWithoutSecrets() async throws {
        try await withServers { prod, other in
            _ = try await run(["client", "create", "gateway", "portal", "1.0", "--url", other.url], prod: prod)
            #expect(other.credentials.allSatisfy { $0.keys.allSatisfy { $0 == "x-tms-tenant" } })
            #expect(other.credentials.count == 1)
            #expect(prod.credentials.isEmpty)
        }
    }

    @Test func otherServerGetsTheSecretThatIsGivenForIt() async throws {
        let own = ["TMS_ADMIN_ID": "root", "TMS_ADMIN_SECRET": "its own"]
        try await withServers { prod, other in
            _ = try await run(Self.list + ["--url", other.url], prod: prod, environment: own)
            _ = try await run(Self.list, prod: prod, environment: own.merging(["TMS_URL": other.url]) { $1 })
            let sent = ["x-tms-tenant": "mysite", "x-tms-admin-id": "root", "x-tms-admin-secret": "its own"]
            #expect(other.credentials == [sent, sent])
            #expect(prod.credentials.isEmpty)
        }
    }

    @Test func addressOfTheProfileMayBeSaidAgain() async throws {
        try await withServers { prod, _ in
            _ = try await run(Self.list + ["--url", prod.url + "/"], prod: prod)
            #expect(prod.credentials.map { $0["x-tms-admin-secret"] } == ["prod admin"])
        }
    }
}
