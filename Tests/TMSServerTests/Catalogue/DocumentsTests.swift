import TMSAPI
import TestSupport
import Testing

@Suite struct DocumentsTests {
    private func document() async throws -> JSONValue {
        let answer = try await Wire(try await Servers.shared().url).send("GET", "/spec")
        #expect(answer.status == 200)
        #expect(answer.header("content-type") == "application/json")
        return answer.json
    }

    @Test func documentHasExactlyTheOperationsOfTheCatalogue() async throws {
        let document = try await document()
        let operations = document["paths"]?.members.flatMap { path in
            path.value.members.map { "\($0.name.uppercased()) /v1\(path.name)" }
        }
        #expect(operations?.sorted() == Catalogue.operations.map(\.name).sorted())
        #expect(Catalogue.operations.count >= 44)
    }

    @Test func identifiersAreUnique() {
        let ids = Catalogue.operations.map(\.id)
        #expect(Set(ids).count == ids.count)
    }

    @Test func titleVersionAndAddressesAreTheServersOwn() async throws {
        let settings = [#"title=Keys of "us""#, "server_urls=https://tms.example.org/v1"]
        let server = try await Servers.shared(settings)
        let document = try await Wire(server.url).send("GET", "/spec").json
        #expect(document["info"]?["title"] == .string(#"Keys of "us""#))
        #expect(document["info"]?["version"] == .string("1.0.0"))
        guard case .array(let servers)? = document["servers"] else { throw TestServer.Failure("no servers") }
        #expect(servers.compactMap { $0["url"] } == [.string("https://tms.example.org/v1"), .string("/v1")])
    }

    @Test func yamlIsTheSameDocument() async throws {
        let answer = try await Wire(try await Servers.shared().url).send("GET", "/spec_yaml")
        #expect(answer.status == 200)
        #expect(answer.header("content-type") == "application/x-yaml")
        #expect(answer.header("content-disposition") == #"inline; filename="spec.yaml""#)
        #expect(answer.text.hasPrefix("openapi: \"3.0.3\"\ninfo:\n  title: "))
    }

    @Test func pageMayOnlyRunItsOwnScript() async throws {
        let answer = try await Wire(try await Servers.shared().url).send("GET", "/")
        #expect(answer.status == 200)
        #expect(answer.header("content-type") == "text/html; charset=utf-8")
        let policy = try #require(answer.header("content-security-policy"))
        #expect(policy.hasPrefix("default-src 'none'; script-src 'sha256-"))
        #expect(!policy.contains("unsafe"))
        #expect(answer.text.firstRange(of: "http://") == nil && answer.text.firstRange(of: "https://") == nil)
    }

    @Test(arguments: ["/", "/spec", "/spec_yaml"])
    func headIsAnsweredLikeGet(path: String) async throws {
        let wire = Wire(try await Servers.shared().url)
        let (head, get) = (try await wire.send("HEAD", path), try await wire.send("GET", path))
        #expect(head.status == 200)
        #expect(head.body.isEmpty)
        #expect(head.header("content-length") == String(get.body.count))
        #expect(head.header("content-type") == get.header("content-type"))
        let refused = try await wire.send("POST", path)
        expectRefusal(refused, 405)
        #expect(refused.header("allow") == "GET, HEAD")
    }

    @Test func statusesOfTheDocumentAreThoseOfTheEndpoint() async throws {
        let document = try await document()
        for operation in Catalogue.operations {
            let path = String(operation.path.description.dropFirst(3))
            let described = document["paths"]?[path]?[operation.method.rawValue.lowercased()]
            let statuses = described?["responses"]?.members.map(\.name) ?? []
            #expect(
                statuses == ([operation.success.rawValue] + operation.refusals.map(\.rawValue)).map { String($0) },
                "\(operation.id)")
        }
    }
}

extension JSONValue {
    fileprivate var members: [JSONValue.Member] {
        if case .object(let members) = self { members } else { [] }
    }
}
