import Foundation
import TestSupport
import Testing

/// `tmsctl` as scripts and people use it: what it prints, its exit statuses, its files.
@Suite(.timeLimit(.minutes(3)))
struct TMSCtlTests {
    /// A server, and a folder for profiles.
    private struct Site {
        let server: TestServer
        let folder: TemporaryFolder

        static func with(_ body: (Site) async throws -> Void) async throws {
            let server = try await TestServer.start()
            defer { server.process.signal(SIGKILL) }
            try await body(Site(server: server, folder: try TemporaryFolder()))
        }

        func admin(of tenant: String) throws -> InstalledAdmin {
            guard let admin = try InstalledAdmin.all(of: server).first(where: { $0.tenant == tenant }) else {
                throw TestServer.Failure("no administrator of \(tenant)")
            }
            return admin
        }

        /// Runs it as the administrator of the tenant `test`, by the environment.
        func run(_ arguments: String..., environment: [String: String] = [:]) async throws -> Program.Outcome {
            try await run(arguments, environment: environment)
        }

        func run(_ arguments: [String], environment: [String: String] = [:]) async throws -> Program.Outcome {
            let own = [
                "TMSCTL_CONFIG": folder.file("tmsctl.toml"), "TMS_URL": server.url, "TMS_TENANT": "test",
                "TMS_ADMIN_ID": "~~admin", "TMS_ADMIN_SECRET": try admin(of: "test").secret,
            ]
            return try await Program.run(
                Program.path("tmsctl"), arguments, environment: own.merging(environment) { $1 })
        }
    }

    @Test func wholeLifeOfATenant() async throws {
        try await Site.with { site in
            let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appendingPathComponent("../../examples/whole-life.sh").standardized.path
            let run = try await Program.run(
                script, ["mysite"],
                environment: [
                    "TMSCTL": Program.path("tmsctl"), "TMS_URL": site.server.url,
                    "TMS_ADMIN_SECRET": try site.admin(of: "default").secret,
                ])
            #expect(run.status == 0, "\(run.output)\n\(run.errors)")
            #expect(run.output.hasSuffix("== Done\n"))
            #expect(!run.output.contains("PRIVATE KEY"))
            let left = try site.server.number(
                "SELECT (SELECT COUNT(*) FROM tenants WHERE tenant = 'mysite') + (SELECT COUNT(*) FROM pubkeys)")
            #expect(left == 0)
        }
    }

    @Test func listIsATableOrJSON() async throws {
        try await Site.with { site in
            for number in 1...3 {
                let made = try await site.run("mfa", "create", "user\(number)")
                #expect(made.status == 0, "\(made.errors)")
            }
            let table = try await site.run("mfa", "list")
            let lines = table.output.split(separator: "\n")
            #expect(lines.first?.hasPrefix("ID  TMS_USER_ID") == true, "\(table.output)")
            #expect(lines.count == 5)
            let json = try await site.run("mfa", "list", "--output", "json")
            let rows = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: Any]]
            #expect(rows?.count == 4)
            #expect(rows?.allSatisfy { $0["enabled"] as? Bool == true } == true)
            let two = try await site.run("mfa", "list", "--limit", "2", "--only", "tms_user_id")
            #expect(two.output == "testuser1\nuser1\n")
            #expect(two.errors.contains("there are more"))
            let empty = try await site.run("mfa", "list", "--enabled", "false", "--output", "json")
            #expect(empty.output == "[]\n")
        }
    }

    @Test func exitStatusTellsWhatHappened() async throws {
        try await Site.with { site in
            let cases: [(arguments: [String], environment: [String: String], status: Int32)] = [
                (["client", "get", "testclient1"], [:], 0),
                (["client", "get", "none"], [:], 3),
                (["client", "delete", "none", "--yes"], [:], 3),
                (["mfa", "create", "testuser1"], [:], 5),
                (["mfa", "create", "a b"], [:], 64),
                (["mfa", "create"], [:], 64),
                (["client", "list"], ["TMS_ADMIN_SECRET": "wrong"], 4),
                (["ping"], ["TMS_URL": "http://127.0.0.1:1"], 69),
                (["ping"], ["TMS_URL": ""], 78),
                (["ping", "--profile", "none"], [:], 78),
            ]
            for (arguments, environment, status) in cases {
                let outcome = try await site.run(arguments, environment: environment)
                #expect(outcome.status == status, "\(arguments): \(outcome.output)\(outcome.errors)")
            }
        }
    }

    @Test func nothingIsDestroyedUnasked() async throws {
        try await Site.with { site in
            let refused = try await site.run("client", "delete", "testclient1")
            #expect(refused.status == 64)
            #expect(refused.errors.contains("--yes"))
            #expect(try site.server.number("SELECT COUNT(*) FROM clients") == 1)
            let done = try await site.run("client", "delete", "testclient1", "--yes")
            #expect(done.status == 0)
            #expect(done.errors.contains("Client testclient1 deleted"))
            #expect(try site.server.number("SELECT COUNT(*) FROM clients") == 0)
        }
    }

    @Test func profilesAreForTheirOwnerAlone() async throws {
        try await Site.with { site in
            let file = site.folder.file("tmsctl.toml")
            let shell = try await Program.run(
                "/bin/sh",
                [
                    "-c",
                    "printf 'a secret\\n' | '\(Program.path("tmsctl"))' profile add prod --url '\(site.server.url)' "
                        + "--tenant test --admin-id '~~admin'",
                ], environment: ["TMSCTL_CONFIG": file])
            #expect(shell.status == 0, "\(shell.errors)")
            let attributes = try FileManager.default.attributesOfItem(atPath: file)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            let list = try await site.run("profile", "list")
            #expect(list.output == "* prod \(site.server.url) tenant test admin ~~admin\n")

            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
            let refused = try await site.run("profile", "list")
            #expect(refused.status == 78)
            #expect(refused.errors.contains("chmod 600"))
        }
    }

    @Test func privateKeyGoesToANewFileOnly() async throws {
        try await Site.with { site in
            let client = ["TMS_CLIENT_ID": "testclient1", "TMS_CLIENT_SECRET": "secret1"]
            let file = site.folder.file("key")
            let place = ["key", "create", "testuser1", "testhost1", "testhostaccount1", "--out", file]
            func create() async throws -> Program.Outcome {
                try await site.run(place, environment: client)
            }
            let made = try await create()
            #expect(made.status == 0, "\(made.errors)")
            #expect(!made.output.contains("PRIVATE"))
            let attributes = try FileManager.default.attributesOfItem(atPath: file)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            let key = try String(contentsOfFile: file, encoding: .utf8)
            #expect(key.hasPrefix("-----BEGIN OPENSSH PRIVATE KEY-----\n"))
            #expect(try await create().status == 64)
            #expect(try String(contentsOfFile: file, encoding: .utf8) == key)
            #expect(try site.server.number("SELECT COUNT(*) FROM pubkeys") == 1)

            // A key that is refused leaves no file behind.
            let other = site.folder.file("other")
            let refused = try await site.run(
                "key", "create", "nobody", "testhost1", "testhostaccount1", "--out", other, environment: client)
            #expect(refused.status == 4)
            #expect(!FileManager.default.fileExists(atPath: other))
        }
    }

    @Test func keyIsMadeOnceForOneIdempotencyKey() async throws {
        try await Site.with { site in
            let client = ["TMS_CLIENT_ID": "testclient1", "TMS_CLIENT_SECRET": "secret1"]
            let (file, other) = (site.folder.file("key"), site.folder.file("other"))
            let place = ["testuser1", "testhost1", "testhostaccount1"]
            func create(_ uses: String, out: String) async throws -> Program.Outcome {
                try await site.run(
                    ["key", "create"] + place + ["--uses", uses, "--idempotency-key", "a", "--out", out],
                    environment: client)
            }
            #expect(try await create("5", out: file).status == 0)
            // The private key of the first is not to be had again, and an empty file would look like one.
            let again = try await create("5", out: other)
            #expect(again.status == 5)
            #expect(again.errors.contains("made SHA256:"), "\(again.errors)")
            #expect(!FileManager.default.fileExists(atPath: other))
            let different = try await create("6", out: other)
            #expect(different.errors.contains("Idempotency-Key"), "\(different.errors)")
            #expect(try site.server.number("SELECT COUNT(*) FROM pubkeys") == 1)

            let pair = try await Program.run("/usr/bin/ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", other])
            #expect(pair.status == 0, "\(pair.errors)")
            func register(_ options: [String] = []) async throws -> Program.Outcome {
                try await site.run(["key", "register"] + place + [other + ".pub"] + options, environment: client)
            }
            let named = ["--idempotency-key", "b", "--only", "public_key_fingerprint"]
            let first = try await register(named)
            #expect(first.status == 0, "\(first.errors)")
            #expect(try await register(named).output == first.output)
            #expect(try await register().status == 5)
            #expect(try await register(["--idempotency-key", "a b"]).status == 64)
            #expect(try site.server.number("SELECT COUNT(*) FROM pubkeys") == 2)
        }
    }

    @Test func purgeCountsThenAsksThenDeletes() async throws {
        try await Site.with { site in
            let client = ["TMS_CLIENT_ID": "testclient1", "TMS_CLIENT_SECRET": "secret1"]
            for (number, ttl) in ["0m", "0m", "1h"].enumerated() {
                let made = try await site.run(
                    [
                        "key", "create", "testuser1", "testhost1", "testhostaccount1", "--ttl", ttl, "--out",
                        site.folder.file("key\(number)"),
                    ], environment: client)
                #expect(made.status == 0, "\(made.errors)")
            }
            let counted = try await site.run(
                "tenant", "purge", "test", "--days", "0", "--dry-run", "--only", "num_pubkeys")
            #expect(counted.output == "2\n", "\(counted.errors)")
            let asked = try await site.run("tenant", "purge", "test", "--days", "0")
            #expect(asked.status == 64)
            #expect(asked.errors.contains("Delete 2 keys"))
            #expect(try site.server.number("SELECT COUNT(*) FROM pubkeys") == 3)
            let purged = try await site.run("tenant", "purge", "test", "--days", "0", "--yes")
            #expect(purged.status == 0)
            #expect(purged.errors.contains("deleted 2 keys, 0 reservations"))
            #expect(try site.server.number("SELECT COUNT(*) FROM pubkeys") == 1)
        }
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func completionsAreThere(shell: String) async throws {
        let script = try await Program.run(Program.path("tmsctl"), ["--generate-completion-script", shell])
        #expect(script.status == 0)
        #expect(script.output.contains("user-host"))
    }
}
