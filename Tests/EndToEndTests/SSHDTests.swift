import Foundation
import TestSupport
import Testing

/// Logins at a real sshd with keys made over HTTP.
@Suite(.serialized) struct SSHDTests {
    /// A TMS server and a login host that asks it, with an account to log in to.
    private struct Site {
        let server: TestServer
        let sshd: TestSSHD
        let account: LoginAccount
        let folder: TemporaryFolder

        static func with(keycmd: String = "", _ body: (Site) async throws -> Void) async throws {
            let server = try await TestServer.start()
            defer { server.process.signal(SIGKILL) }
            try await LoginAccount.with { account in
                // The test user may log in to the account on this host, as an administrator would allow it.
                try server.changeDatabase(
                    """
                    INSERT INTO user_hosts
                        (tenant, tms_user_id, host, host_account, expires_at, created, updated, user_mfa_id)
                    SELECT tenant, tms_user_id, '\(TestSSHD.host)', '\(account.name)', expires_at, created, updated,
                        user_mfa_id
                    FROM user_hosts WHERE tms_user_id = 'testuser1'
                    """)
                try await TestSSHD.with(server: server.url, keycmd: keycmd) { sshd in
                    try await body(Site(server: server, sshd: sshd, account: account, folder: try TemporaryFolder()))
                }
            }
        }

        /// Makes a key for the account over HTTP.
        /// - Returns: the path of its private half.
        func makeKey(_ changes: [String: String?] = [:], host: String = TestSSHD.host) async throws -> String {
            let place = ["host": "\"\(host)\"", "host_account": "\"\(account.name)\""]
            let created = try await Wire(server.url).create(changes.merging(place) { $1 })
            guard created.status == 201, let privateKey = created["private_key"] else {
                throw TestServer.Failure("no key: \(created.status) \(created["result_msg"] ?? "")")
            }
            return try folder.write(privateKey, to: "tms_key-\(UUID().uuidString)")
        }

        /// Makes a row as the administrator of the tenant `test` does.
        func add(_ path: String, _ body: String) async throws {
            let admin = try #require(InstalledAdmin.all(of: server).first { $0.tenant == "test" })
            let answer = try await Wire(server.url).send(
                "POST", "/v1/tms/" + path, headers: admin.headers, body: body)
            guard answer.status == 201 else { throw TestServer.Failure("\(path): \(answer.text)") }
        }

        /// How often sshd has asked for a key, by the server's log.
        var questions: Int {
            server.log.split(separator: "\n").count { $0.contains("event=request") && $0.contains("creds/retrieve") }
        }
    }

    @Test(arguments: ["ed25519", "ecdsa", "rsa"])
    func newKeyLogsIn(type: String) async throws {
        try await Site.with { site in
            let key = try await site.makeKey(["key_type": "\"\(type)\""])
            let login = try await site.sshd.logIn(as: site.account, with: key)
            #expect(login.isIn, "\(login.comment)\n\(site.sshd.log)")
        }
    }

    @Test func keyLogsInToNoOtherAccount() async throws {
        try await Site.with { site in
            let key = try await site.makeKey()
            try await LoginAccount.with { other in
                let login = try await site.sshd.logIn(as: other, with: key)
                #expect(!login.isIn)
            }
            #expect(try await site.sshd.logIn(as: site.account, with: key).isIn)
        }
    }

    @Test func keyForThreeLoginsLogsInThreeTimes() async throws {
        try await Site.with { site in
            let key = try await site.makeKey(["num_uses": "3"])
            for number in 1...3 {
                let login = try await site.sshd.logIn(as: site.account, with: key)
                #expect(login.isIn, "login \(number): \(login.comment)\n\(site.sshd.log)")
            }
            // sshd asks when the key is offered and again when its owner has signed.
            #expect(try await eventually { site.questions >= 6 }, "asked \(site.questions) times")
            for _ in 1...2 {
                #expect(try await site.sshd.logIn(as: site.account, with: key).isIn == false)
            }
            #expect(try await eventually { site.server.log.contains("the key has no uses left") })
        }
    }

    /// The client made its key for the host's full name; the host's `tms-keycmd` calls it by another one.
    @Test func keyLogsInAtAHostThatIsCalledByAnAlias() async throws {
        try await Site.with { site in
            let host = "login1.cluster.example.org"
            try await site.add(
                "userhosts",
                """
                {"tenant": "test", "tms_user_id": "testuser1", "host": "\(host)", \
                "host_account": "\(site.account.name)", "ttl_minutes": 60}
                """)
            let key = try await site.makeKey(["num_uses": "1"], host: host)
            #expect(try await site.sshd.logIn(as: site.account, with: key).isIn == false)

            try await site.add(
                "hosts/aliases", #"{"tenant": "test", "alias": "\#(TestSSHD.host)", "host": "\#(host)"}"#)
            let login = try await site.sshd.logIn(as: site.account, with: key)
            #expect(login.isIn, "\(login.comment)\n\(site.sshd.log)")
            // Both questions of that login were its one use, and there was no other.
            #expect(try site.server.number("SELECT remaining_uses FROM pubkeys") == 0)
            #expect(try await site.sshd.logIn(as: site.account, with: key).isIn == false)
        }
    }

    /// What ends the right to log in, as statements on the database, and the reason that the server logs.
    struct Ending: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let sql: String
        /// nil where the key itself is gone.
        let reason: String?
        var secondsUntil = 0.0
    }

    static let endings: [Ending] = [
        Ending(
            testDescription: "the key expires", sql: "UPDATE pubkeys SET expires_at = $time",
            reason: "the key has expired", secondsUntil: 1),
        Ending(
            testDescription: "the delegation expires", sql: "UPDATE delegations SET expires_at = $time",
            reason: "the user's delegation to the client has expired", secondsUntil: 1),
        Ending(testDescription: "the delegation is deleted", sql: "DELETE FROM delegations", reason: nil),
        Ending(
            testDescription: "the client is disabled", sql: "UPDATE clients SET enabled = 0",
            reason: "its client is disabled"),
    ]

    @Test(arguments: endings)
    func keyIsRefusedAfter(_ ending: Ending) async throws {
        try await Site.with { site in
            let key = try await site.makeKey(["ttl_minutes": "10"])
            let before = try await site.sshd.logIn(as: site.account, with: key)
            #expect(before.isIn, "\(before.comment)\n\(site.sshd.log)")
            let time = Date().timeIntervalSince1970 + ending.secondsUntil
            try site.server.changeDatabase(
                ending.sql.replacingOccurrences(of: "$time", with: String(Int64(time * 1_000_000))))
            try await Task.sleep(for: .seconds(ending.secondsUntil + 0.1))
            let asked = site.questions
            #expect(try await site.sshd.logIn(as: site.account, with: key).isIn == false)
            #expect(try await eventually { site.questions > asked }, "sshd did not ask")
            if let reason = ending.reason {
                #expect(try await eventually { site.server.log.contains(reason) })
            }
        }
    }

    /// The time that the absence of the TMS server may cost somebody who does not need it, the whole login included.
    static let secondsMax = 3.0

    enum Trouble: Int32, CaseIterable {
        /// Connections are refused.
        case ended = 9  // SIGKILL
        /// Connections are accepted and never answered.
        case hung = 19  // SIGSTOP
    }

    @Test(arguments: Trouble.allCases)
    func ordinaryKeyLogsInWhileTheServerHas(_ trouble: Trouble) async throws {
        // sshd draws a refused offer out to a power of two times 5 to 9 ms: a helper that gives up on a hung server after
        // the usual 2 s can cost one login almost 4 s; after 1.2 s it costs at most 2.4 s.
        try await Site.with(keycmd: trouble == .hung ? "timeout_seconds = 1.2" : "") { site in
            let (sshd, account) = (site.sshd, site.account)
            let tmsKey = try await site.makeKey()
            let ordinaryKey = try await sshd.makeOrdinaryKey(for: account)
            #expect(try await sshd.logIn(as: account, with: tmsKey).isIn)
            site.server.process.signal(trouble.rawValue)
            #expect(try await eventually { trouble == .hung || site.server.process.hasEnded })

            // The agent of somebody with several keys offers them all; sshd asks TMS about those it does not know.
            var worst = (alone: 0.0, second: 0.0)
            for _ in 1...3 {
                let alone = try await sshd.logIn(as: account, with: ordinaryKey)
                #expect(alone.isIn, "\(alone.comment)\n\(sshd.log)")
                #expect(alone.seconds < Self.secondsMax)
                let second = try await sshd.logIn(as: account, with: tmsKey, ordinaryKey)
                #expect(second.isIn, "\(second.comment)\n\(sshd.log)")
                #expect(second.seconds < Self.secondsMax)
                worst = (max(worst.alone, alone.seconds), max(worst.second, second.seconds))
            }
            print(
                "TMS server \(trouble): slowest login \(worst.alone) s, with a TMS key offered first \(worst.second) s")
            #expect(try await sshd.logIn(as: account, with: tmsKey).isIn == false)
            #expect(sshd.log.contains("tms-keycmd"), "sshd says that its command failed:\n\(sshd.log)")
            #expect(!sshd.log.contains("PRIVATE KEY"))
        }
    }
}
