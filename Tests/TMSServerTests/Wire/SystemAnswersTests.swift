import TMSAPI
import TestSupport
import Testing

/// Operations 1 and 2, and the probe.
@Suite struct SystemAnswersTests {
    private func get(_ path: String) async throws -> Wire.Answer {
        try await Wire(Servers.shared().url).send("GET", path)
    }

    @Test func helloIsPlainText() async throws {
        let answer = try await get("/v1/tms/hello")
        #expect(answer.status == 200)
        #expect(answer.text == "hello!")
        #expect(answer.header("content-type") == "text/plain; charset=utf-8")
    }

    @Test(arguments: [
        ("name=World", "hello, World!"), ("name=J%C3%BCrgen", "hello, Jürgen!"), ("name=a+b%2Bc", "hello, a b+c!"),
        ("other=1&name=%22x%22", "hello, \"x\"!"), ("name=", "hello, !"), ("name=first&name=second", "hello, first!"),
        ("other=1", "hello!"),
    ])
    func helloNamesWhoSaysIt(query: String, text: String) async throws {
        let answer = try await get("/v1/tms/hello?" + query)
        #expect(answer.status == 200)
        #expect(answer.text == text)
    }

    @Test func versionHasExactlyItsMembersAllStrings() async throws {
        let answer = try await get("/v1/tms/version")
        #expect(answer.status == 200)
        #expect(
            answer.memberNames == [
                "git_branch", "git_commit", "git_dirty", "result_code", "result_msg", "rustc_version", "source_ts",
                "tms_version",
            ])
        for name in answer.memberNames { #expect(answer[name]?.isEmpty == false, "\(name)") }
        #expect(answer["result_code"] == "0")
        #expect(answer["result_msg"] == "success")
        #expect(answer.header("content-type") == "application/json; charset=utf-8")
    }

    @Test(arguments: ["/v1/tms/hello?name=x", "/v1/tms/version", "/healthz"])
    func headIsAnsweredLikeGetWithoutBody(path: String) async throws {
        let wire = Wire(try await Servers.shared().url)
        let (get, head) = (try await wire.send("GET", path), try await wire.send("HEAD", path))
        #expect(head.status == 200)
        #expect(head.body.isEmpty)
        #expect(head.header("content-type") == get.header("content-type"))
        #expect(head.header("content-length") == String(get.body.count))
    }

    @Test func healthzIsOK() async throws {
        let answer = try await get("/healthz")
        #expect(answer.status == 200)
        #expect(answer.text == #"{"status":"ok"}"#)
    }

    @Test func credentialsAreNotLookedAtWhereNoneAreNeeded() async throws {
        let headers = [Header.tenant: "none", Header.clientID: "nobody", Header.clientSecret: "wrong"]
        let answer = try await Wire(Servers.shared().url).send("GET", "/v1/tms/version", headers: headers)
        #expect(answer.status == 200)
    }
}
