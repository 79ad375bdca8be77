import Foundation
import TMSAPI
import TestSupport
import Testing

@Suite struct RequestLogTests {
    /// The line of a request, once it is there.
    private func line(_ server: TestServer, id: String) async throws -> [Substring] {
        let find = { @Sendable in server.log.split(separator: "\n").filter { $0.contains(" id=\(id) ") } }
        #expect(try await eventually { !find().isEmpty })
        return find()
    }

    @Test func everyRequestHasOneLine() async throws {
        try await Servers.withOwn(["event_loops=2"]) { server in
            let wire = Wire(server.url)
            _ = try await wire.send("GET", "/v1/tms/hello?name=x")
            _ = try await wire.create()
            _ = try await wire.retrieve("SHA256:none")
            _ = try await wire.send("GET", "/v1/tms/client/testclient1", headers: TestServer.clientHeaders)
            _ = try await wire.send("DELETE", "/none")
            #expect(await server.stop() == 0)
            let all = server.log.split(separator: "\n").filter { $0.contains("event=request ") }
            // What the server asks of the loop for diagnosis, and of each other one, before it listens has no peer. The
            // others must not ask for what reads the database, which may hang.
            let warmUps = all.prefix { !$0.contains("peer=") }
            let warmUpRoutes = ["/healthz", "/v1/tms/version", "/v1/tms/version"]
            #expect(
                warmUps.count == warmUpRoutes.count
                    && zip(warmUps, warmUpRoutes).allSatisfy { $0.contains("route=\($1) status=200") }, "\(warmUps)")
            let requests = all.dropFirst(warmUpRoutes.count)
            let routes = requests.map { line in
                line.split(separator: " ").filter {
                    $0.hasPrefix("method=") || $0.hasPrefix("route=") || $0.hasPrefix("status=")
                }.joined(separator: " ")
            }
            #expect(
                routes == [
                    "method=GET route=/v1/tms/hello status=200",
                    "method=POST route=/v1/tms/pubkeys/creds status=201",
                    "method=POST route=/v1/tms/pubkeys/creds/retrieve status=404",
                    "method=GET route=/v1/tms/client/{client_id} status=200", "method=- route=- status=404",
                ])
            let ids = all.compactMap { $0.firstMatch(of: #/ id=(\S+) /#)?.output.1 }
            #expect(Set(ids).count == 8)
        }
    }

    @Test(arguments: ["/none", "/v1/tms/client/x"])
    func errorNamesTheRequestThatTheLogNames(path: String) async throws {
        let server = try await Servers.shared()
        let answer = try await Wire(server.url).send("GET", path)
        let id = try #require(answer.header("x-request-id"))
        let lines = try await line(server, id: id)
        #expect(lines.count == 1)
        #expect(lines.first?.contains("status=\(answer.status) ") == true)
    }

    @Test func garbageIsLoggedWithTheIDThatItWasAnswered() async throws {
        let server = try await Servers.shared()
        let connection = try await RawConnection(server)
        try await connection.send("garbage\r\n\r\n")
        let id = try #require(try await connection.answer().header("x-request-id"))
        #expect(try await line(server, id: id).first?.contains("status=400 ") == true)
    }

    @Test func callerThatGoesAwayIsLogged() async throws {
        try await Servers.withOwn(["event_loops=1"]) { server in
            let isLogged = try await eventually {
                let connection = try await RawConnection(server)
                try await connection.send(String(rawRequest("POST", retrievePath, body: unknownKeyBody).dropLast()))
                _ = try await Wire(server.url).send("GET", "/healthz")
                try await connection.close()
                return server.log.contains("route=\(retrievePath) status=499")
            }
            #expect(isLogged)
        }
    }

    @Test func callerIsNamedOnceItIsProven() async throws {
        try await Servers.withOwn { server in
            let wire = Wire(server.url)
            _ = try await wire.send("GET", "/v1/tms/client/testclient1", headers: TestServer.clientHeaders)
            let impostor = TestServer.clientHeaders.merging([Header.clientSecret: "wrong"]) { $1 }
            _ = try await wire.send("GET", "/v1/tms/client/testclient1", headers: impostor)
            #expect(await server.stop() == 0)
            let lines = server.log.split(separator: "\n").filter { $0.contains("route=/v1/tms/client/") }
            try #require(lines.count == 2)
            #expect(lines[0].contains(" client=testclient1 tenant=test"))
            #expect(!lines[1].contains("testclient1"))
        }
    }

    @Test func callerWhoMayNotIsNamedToo() async throws {
        try await Servers.withOwn { server in
            let (wire, admin) = (Wire(server.url), try #require(InstalledAdmin.all(of: server).last))
            let client = try await wire.send("GET", "/v1/tms/client/other", headers: TestServer.clientHeaders)
            #expect(client.status == 403)
            let tenant = try await wire.send("POST", "/v1/tms/tenants/new", headers: admin.headers)
            #expect(tenant.status == 403)
            let unreadable = try await wire.send("POST", createPath, headers: TestServer.clientHeaders, body: "{")
            #expect(unreadable.status == 400)
            #expect(await server.stop() == 0)
            let lines = server.log.split(separator: "\n").filter { $0.contains("event=request ") }.suffix(3)
            try #require(lines.count == 3)
            #expect(zip(lines, [403, 403, 400]).allSatisfy { $0.contains(" status=\($1) ") }, "\(lines)")
            for line in [lines.first, lines.last] {
                #expect(line?.contains(" client=testclient1 tenant=test") == true)
            }
            #expect(lines.dropFirst().first?.contains(" admin=~~admin tenant=test") == true)
        }
    }

    @Test func noSecretIsEverLogged() async throws {
        try await Servers.withOwn(["log_level=trace"]) { server in
            let (wire, admin) = (Wire(server.url), try #require(InstalledAdmin.all(of: server).first))
            let secret = "a-very-secret-secret"
            var headers = TestServer.clientHeaders
            let created = try await wire.create()
            headers[Header.clientSecret] = secret
            headers[Header.adminID] = admin.id
            headers[Header.adminSecret] = admin.secret
            _ = try await wire.create(headers: headers)
            _ = try await wire.send("GET", "/v1/tms/client/x", headers: headers)
            _ = try await wire.send("GET", "/v1/tms/hello?secret=\(secret)")
            _ = try await wire.send("GET", "/v1/\(secret)")
            _ = try await wire.send("POST", createPath, headers: TestServer.clientHeaders, body: "{\"\(secret)")
            _ = try await wire.create(["num_uses": "\"\(secret)\""])
            _ = try await wire.create(["key_type": "\"\(secret)\""])
            let connection = try await RawConnection(server)
            try await connection.send("\(Header.clientSecret): \(secret)\r\n\r\n")
            _ = try await connection.answer()
            #expect(await server.stop() == 0)
            let privateLines = try #require(created["private_key"]).split(separator: "\n").dropFirst().dropLast()
            #expect(server.log.contains("status=201"))
            for text in [secret, "secret1", admin.secret] + privateLines.map(String.init) {
                #expect(!server.log.contains(text), "\(text)")
                #expect(!server.process.output.contains(text), "\(text)")
            }
            #expect(!server.log.contains("PRIVATE KEY"))
        }
    }

    @Test func noLineCanBeForged() async throws {
        try await Servers.withOwn { server in
            let account = try Account(on: server)
            let forged = "x\ntime=2000 level=info event=forged status=200\" event=forged"
            let escaped = #"x\ntime=2000 level=info event=forged status=200\" event=forged"#
            try account.change("UPDATE user_hosts SET host_account = '\(forged)' WHERE tenant = '{t}'")
            let key = try await account.createdKey(["host_account": "\"\(escaped)\"", "num_uses": "0"])
            #expect(try await account.wire.retrieve(key, user: forged, host: account.host).status == 403)
            _ = try await account.wire.send("GET", "/v1/tms/hello?name=%0Aevent=forged%0A")
            _ = try await account.wire.send("GET", "/v1/%0Aevent=forged%0A")
            #expect(await server.stop() == 0)
            let lines = server.log.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.dropLast().allSatisfy { $0.hasPrefix("time=") && !$0.hasPrefix("time=2000") })
            #expect(lines.contains { $0.contains("login refused") && $0.contains("user=\"\(escaped)\"") })
        }
    }

    @Test func levelAboveInfoLeavesRequestsOut() async throws {
        try await Servers.withOwn(["log_level=warning"]) { server in
            _ = try await Wire(server.url).send("GET", "/v1/tms/hello")
            #expect(await server.stop() == 0)
            #expect(!server.log.contains("event=request"))
        }
    }

    @Test func logFileGetsTheSameLinesForItsOwnerOnly() async throws {
        let folder = try TemporaryFolder()
        let file = folder.file("server.log")
        try await Servers.withOwn(["log_file=" + file]) { server in
            _ = try await Wire(server.url).send("GET", "/v1/tms/hello")
            #expect(await server.stop() == 0)
            #expect(try String(contentsOfFile: file, encoding: .utf8) == server.log)
        }
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? NSNumber
        #expect(mode == 0o600)
    }
}
