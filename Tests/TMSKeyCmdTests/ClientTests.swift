import Primitives
import TMSAPI
import TMSClient
import Testing

@Suite(.timeLimit(.minutes(2)))
struct ClientTests {
    private static let version = Responder.Answer.json(
        status: 200,
        """
        {"git_branch":"b","git_commit":"c","git_dirty":"d","result_code":"0","result_msg":"success",\
        "rustc_version":"r","source_ts":"s","tms_version":"1.2.3"}
        """)

    /// Runs `body` with a client of a responder that gives `answer`.
    private func withClient(
        _ answer: Responder.Answer, timeout: Duration = .seconds(30),
        _ body: (Client, Responder) async throws -> Void
    ) async throws {
        try await Responder.with(answer) { responder in
            var options = ClientOptions()
            options.timeout = timeout
            let client = try Client(baseURL: responder.baseURL + "/", options: options)
            do {
                try await body(client, responder)
                await client.shutdown()
            } catch {
                await client.shutdown()
                throw error
            }
        }
    }

    @Test func `reads an answer of its type`() async throws {
        try await withClient(Self.version) { client, responder in
            #expect(try await client.send(SystemAPI.version).version == "1.2.3")
            let request = try #require(responder.requests.first)
            #expect(request.method == "GET")
            #expect(request.path == "/v1/tms/version")
            #expect(request.body.isEmpty)
            #expect(request.headers["content-type"] == nil)
        }
    }

    @Test func `encodes path and query so that no value can change the path`() async throws {
        let notFound = Responder.Answer.json(status: 404, #"{"result_code":"404","result_msg":"NOT_FOUND"}"#)
        try await withClient(notFound) { client, responder in
            var path = ClientPath()
            path.clientID = "a/b?c=d&e#f g%é"
            await #expect(throws: ClientError.refused(.notFound)) {
                try await client.send(ClientsAPI.get, parameters: path)
            }
            #expect(responder.requests.last?.path == "/v1/tms/client/a%2Fb%3Fc%3Dd%26e%23f%20g%25%C3%A9")
        }
        try await withClient(.json(status: 200, "Hello, you")) { client, responder in
            var hello = Hello()
            #expect(try await client.send(SystemAPI.hello, parameters: hello).text == "Hello, you")
            #expect(responder.requests.last?.path == "/v1/tms/hello")
            hello.name = "a b&c"
            _ = try await client.send(SystemAPI.hello, parameters: hello)
            #expect(responder.requests.last?.path == "/v1/tms/hello?name=a%20b%26c")
        }
    }

    private static let credentials = Credentials(
        tenant: "t", client: .init(id: "c", secret: SecretBytes("s1")), admin: .init(id: "a", secret: SecretBytes("s2"))
    )

    @Test func `sends credentials, of each copy its own`() async throws {
        try await withClient(Self.version) { client, responder in
            var other = client
            other.credentials = Self.credentials
            // Which clients and administrators may call.
            _ = try? await other.send(TenantsAPI.list, parameters: ListByState())
            let headers = try #require(responder.requests.last?.headers)
            #expect(headers["x-tms-tenant"] == "t")
            #expect(headers["x-tms-client-id"] == "c")
            #expect(headers["x-tms-client-secret"] == "s1")
            #expect(headers["x-tms-admin-id"] == "a")
            #expect(headers["x-tms-admin-secret"] == "s2")
            _ = try? await client.send(TenantsAPI.list, parameters: ListByState())
            #expect(responder.requests.count == 2)
            #expect(responder.requests.last?.headers.keys.contains { $0.hasPrefix("x-tms-") } == false)
        }
    }

    @Test func `sends no secret to an operation that does not look at it`() async throws {
        try await withClient(Self.version) { client, responder in
            var other = client
            other.credentials = Self.credentials
            func headers() -> Set<String> {
                Set(responder.requests.last?.headers.keys.filter { $0.hasPrefix("x-tms-") } ?? [])
            }
            _ = try await other.send(SystemAPI.version)
            #expect(headers() == [])
            _ = try? await other.send(AdminsAPI.list, parameters: ListAdmins())
            #expect(headers() == ["x-tms-tenant", "x-tms-admin-id", "x-tms-admin-secret"])
            _ = try? await other.send(PubkeysAPI.create, body: CreatePubkey())
            #expect(headers() == ["x-tms-tenant", "x-tms-client-id", "x-tms-client-secret"])
            #expect(responder.requests.count == 3)
        }
    }

    @Test func `does not quote a secret that cannot be sent`() async throws {
        try await withClient(Self.version) { client, _ in
            var other = client
            other.credentials.client = .init(id: "c", secret: SecretBytes("verysecret\n"))
            let error = await #expect(throws: ClientError.self) {
                try await other.send(TenantsAPI.list, parameters: ListByState())
            }
            guard case .misconfigured(let reason) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(!reason.contains("verysecret"))
        }
    }

    @Test func `tells apart what may go wrong`() async throws {
        let busy = Responder.Answer.json(status: 503, #"{"result_code":"503","result_msg":"busy"}"#)
        try await withClient(busy) { client, responder in
            await #expect(throws: ClientError.refused(.unavailable("busy"))) {
                try await client.send(SystemAPI.version)
            }

            responder.set(.json(status: 502, "<html>"))
            let error = await #expect(throws: ClientError.self) { try await client.send(SystemAPI.version) }
            guard case .notTMS(status: 502, _) = error else {
                Issue.record("\(String(describing: error))")
                return
            }

            responder.set(.json(status: 200, String(repeating: " ", count: Client.answerSizeMax + 1)))
            let tooLong = await #expect(throws: ClientError.self) { try await client.send(SystemAPI.version) }
            guard case .notTMS(status: 200, _) = tooLong else {
                Issue.record("\(String(describing: tooLong))")
                return
            }
        }
        try await withClient(.none, timeout: .milliseconds(200)) { client, _ in
            _ = await #expect(throws: ClientError.timedOut) { try await client.send(SystemAPI.version) }
        }
    }

    @Test(arguments: ["localhost:3000", "ftp://localhost", "https:", ""])
    func `a URL that cannot be used is the caller's fault`(url: String) async throws {
        let client = try Client(baseURL: url)
        let error = await #expect(throws: ClientError.self) { try await client.send(SystemAPI.version) }
        await client.shutdown()
        guard case .misconfigured = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
