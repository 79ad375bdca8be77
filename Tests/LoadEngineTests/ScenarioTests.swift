import LoadRecord
import NIOCore
import Primitives
import TMSClient
import Testing

@testable import LoadEngine

extension LoadEngineTests {
    /// What goes onto the wire, and which answers are right.
    struct ScenarioTests {
        private static let created =
            #"{"private_key":"-----BEGIN","public_key":"ssh-ed25519 AAAA","public_key_fingerprint":"SHA256:made"}"#

        private func target(_ server: TestServer) -> LoadTarget {
            var target = LoadTarget(url: server.url + "/")
            target.credentials = Credentials(
                tenant: "test", client: .init(id: "client 1", secret: SecretBytes("s3cret")))
            return target
        }

        /// Answers everything, and keeps what it was asked.
        private func server(_ seen: @escaping @Sendable (TestServer.Request) -> Void) throws -> TestServer {
            try TestServer { request in
                seen(request)
                if request.line.contains("/creds/retrieve") { return .json(#"{"public_key":"ssh-ed25519 AAAA"}"#) }
                if request.line.contains("/creds") { return .json(Self.created, status: "201 Created") }
                if request.line.contains("/client/") {
                    return .json(#"{"client_id":"client 1","tenant":"test","id":1}"#)
                }
                return .json(TestServer.version)
            }
        }

        @Test func recordsKnowTheNamesOfAll() {
            #expect(Scenario.allCases.map(\.rawValue) == LoadPlan.scenariosKnown)
        }

        @Test func requestsOfEachScenario() async throws {
            let requests = Monitor<[TestServer.Request]>([])
            let server = try server { request in requests.withLock { $0.append(request) } }
            var data = ScenarioData()
            data.keys = [.init(fingerprint: "SHA256:x", user: "account", uid: "1001", host: "host")]
            data.mode = .hot
            let names = Scenario.allCases.map(\.rawValue)
            let record = try await Load.run(
                Load.closed(names, users: 1, iterations: 4), on: server, target: target(server), data: data
            ).record
            #expect(record.total.succeeded == 4)
            #expect(record.scenarios.map(\.name) == names)
            #expect(
                record.scenarios.map(\.request) == [
                    "GET /v1/tms/version", "GET /v1/tms/client/{client_id}", "POST /v1/tms/pubkeys/creds",
                    "POST /v1/tms/pubkeys/creds/retrieve",
                ])
            let seen = requests.withLock { $0 }.sorted { $0.line < $1.line }
            #expect(
                seen.map(\.line) == [
                    "GET /v1/tms/client/client%201 HTTP/1.1", "GET /v1/tms/version HTTP/1.1",
                    "POST /v1/tms/pubkeys/creds HTTP/1.1", "POST /v1/tms/pubkeys/creds/retrieve HTTP/1.1",
                ])
            #expect(seen[0].head.contains("X-TMS-CLIENT-SECRET: s3cret"))
            #expect(!seen[1].head.contains("X-TMS"))
            #expect(
                seen[2].body
                    == #"{"client_user_id":"testuser1","host":"testhost1","host_account":"testhostaccount1","num_uses":-1,"#
                    + #""ttl_minutes":-1,"key_type":""}"#)
            #expect(seen[3].body.contains(#""public_key_fingerprint":"SHA256:x""#))
            #expect(!seen[3].head.contains("X-TMS"))
        }

        /// What a user's createkey made is what its getkey asks for.
        @Test func createdKeysAreAskedFor() async throws {
            let requests = Monitor<[TestServer.Request]>([])
            let server = try server { request in requests.withLock { $0.append(request) } }
            var data = ScenarioData()
            data.accounts = (0..<3).map { .init(user: "u\($0)", host: "h\($0)", hostAccount: "a\($0)") }
            let load = Load.closed(["createkey", "getkey"], users: 3, iterations: 4)
            let record = try await Load.run(load, on: server, target: target(server), data: data).record
            #expect(record.total.succeeded == 12)
            let asked = requests.withLock { $0 }.filter { $0.line.contains("retrieve") }.map(\.body)
            #expect(asked.count == 6)
            #expect(asked.allSatisfy { $0.contains("SHA256:made") })
            for user in 0..<3 {
                #expect(asked.contains { $0.contains(#""user":"a\#(user)""#) && $0.contains("h\(user)") })
            }
        }

        @Test(arguments: ScenarioData.Keys.allCases)
        func whichKey(mode: ScenarioData.Keys) async throws {
            let bodies = Monitor<[String]>([])
            let server = try server { request in bodies.withLock { $0.append(request.body) } }
            var data = ScenarioData()
            data.mode = mode
            data.keys = (0..<4).map { .init(fingerprint: "SHA256:k\($0)", user: "u", uid: "1", host: "h") }
            try await Load.run(Load.closed(["getkey"], users: 2, iterations: 50), on: server, data: data)
            let asked = bodies.withLock { $0 }
            let kinds = (0..<4).filter { key in asked.contains { $0.contains("k\(key)") } }
            switch mode {
            case .own: #expect(kinds == [0, 1])
            case .hot: #expect(kinds == [0])
            case .random: #expect(kinds == [0, 1, 2, 3])
            }
        }

        @Test func whatIsMissingIsSaidAtOnce() async throws {
            let engine = try LoadEngine(target: LoadTarget(url: "http://localhost:1"), data: ScenarioData())
            #expect(engine.refusals(of: [.getversion]).isEmpty)
            #expect(engine.refusals(of: Scenario.allCases).count == 2)
            #expect(engine.refusals(of: [.getkey]) == ["getkey needs a key to ask for"])
            let (plan, step) = Load.closed(["getkey"], users: 1, iterations: 1)
            await #expect(throws: LoadEngineError.self) {
                try await engine.run(step, number: 0, of: plan, onSecond: { _ in })
            }
            await engine.shutdown()
        }

        @Test(arguments: [
            "localhost:3000", "ftp://x", "http://", "http://a b", "http://x:0", "http://x:99999", "http://u@x",
        ])
        func addressesThatAreNone(url: String) {
            #expect(throws: LoadEngineError.self) { try LoadEngine(target: LoadTarget(url: url), data: ScenarioData()) }
        }

        @Test func addresses() throws {
            let plain = try TargetAddress(url: "http://[::1]:8080/tms/")
            #expect((plain.host, plain.port, plain.pathPrefix) == ("::1", 8080, "/tms"))
            #expect(plain.authority == "[::1]:8080")
            let secure = try TargetAddress(url: "https://example.org")
            #expect(secure.usesTLS)
            #expect(secure.authority == "example.org")
            #expect(secure.port == 443)
        }
    }
}
