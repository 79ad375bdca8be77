import TestSupport
import Testing

/// `enforcement` = `warn` and `observe`: logins are served that `enforce` refuses.
@Suite struct ToleranceTests {
    private func warnings(_ server: TestServer, _ key: String) -> [Substring] {
        server.log.split(separator: "\n").filter {
            $0.contains("login served that would be refused") && $0.contains(key)
        }
    }

    @Test(arguments: EnforcementTests.cases)
    func warnServesAndLogs(refusal: EnforcementTests.Case) async throws {
        let account = try Account(on: try await Servers.shared(["enforcement=warn"]))
        let key = try await account.createdKey()
        try account.change(refusal.sql)
        let answer = try await account.retrieve(key)
        #expect(answer.status == 200)
        #expect(answer["public_key"]?.hasPrefix("ssh-ed25519 ") == true)
        #expect(
            try await eventually { warnings(account.server, key).contains { $0.contains("\"\(refusal.reason)\"") } })
    }

    @Test(arguments: EnforcementTests.cases)
    func observeServes(refusal: EnforcementTests.Case) async throws {
        let account = try Account(on: try await Servers.shared(["enforcement=observe"]))
        let key = try await account.createdKey()
        try account.change(refusal.sql)
        #expect(try await account.retrieve(key).status == 200)
    }

    @Test func observeLogsNoWarning() async throws {
        let account = try Account(on: try await Servers.shared(["enforcement=observe"]))
        let key = try await account.createdKey(["num_uses": "0"])
        #expect(try await account.retrieve(key).status == 200)
        let next = try await account.wire.send("GET", "/v1/tms/none")
        let id = try #require(next.header("x-request-id"))
        // Log lines keep their order: once the later request's line is there, the earlier one's would be.
        #expect(try await eventually { account.server.log.contains("id=\(id)") })
        #expect(warnings(account.server, key).isEmpty)
    }

    @Test func warnCountsUses() async throws {
        let account = try Account(on: try await Servers.shared(["enforcement=warn"]))
        let key = try await account.createdKey(["num_uses": "1"])
        #expect(try await account.retrieve(key, connection: "first").status == 200)
        #expect(try await account.retrieve(key, connection: "second").status == 200)
        #expect(try await eventually { warnings(account.server, key).contains { $0.contains("no uses left") } })
        #expect(warnings(account.server, key).count == 1)
    }

    /// A database that takes no writes is no reason to refuse where the rules do not, nor to let anybody wait.
    @Test func warnServesWhatCannotBeCounted() async throws {
        let settings = ["enforcement=warn", "login_deadline_seconds=2"] + Servers.lockTimeout(milliseconds: 4_000)
        try await Servers.withOwn(settings) { server in
            let account = try Account(on: server)
            let key = try await account.createdKey(["num_uses": "5"])
            let lock = try server.database.holdWrites()
            defer { withExtendedLifetime(lock) {} }
            #expect(try await account.retrieve(key).status == 200)
            #expect(!server.log.contains("login served whose use could not be counted"))
            #expect(try await eventually { server.log.contains("login served whose use could not be counted") })
        }
    }

    @Test func observeUsesNothing() async throws {
        let folder = try TemporaryFolder()
        let (key, account) = try await Servers.withOwn(["enforcement=observe"], in: folder) { server in
            let account = try Account(on: server)
            let key = try await account.createdKey(["num_uses": "1"])
            for number in 0..<3 { #expect(try await account.retrieve(key, connection: "c\(number)").status == 200) }
            #expect(await server.stop() == 0)
            return (key, account)
        }
        try await Servers.withOwn(in: folder) { server in
            let answer = try await Wire(server.url).retrieve(key, user: account.account, host: account.host)
            #expect(answer.status == 200)
        }
    }

    @Test(arguments: ["enforce", "warn", "observe"])
    func unknownKeyIsNeverServed(enforcement: String) async throws {
        let wire = Wire(try await Servers.shared(["enforcement=" + enforcement]).url)
        expectRefusal(try await wire.retrieve("SHA256:unknown"), 404)
    }
}
