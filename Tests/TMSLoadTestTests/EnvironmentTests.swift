import LoadEngine
import Testing

@testable import TMSLoadTest

@Suite("The environment")
struct EnvironmentTests {
    private let client = [
        "X_TMS_TENANT": "test", "X_TMS_CLIENT_ID": "testclient1", "X_TMS_CLIENT_SECRET": "secret1",
    ]

    @Test("An empty variable counts as unset")
    func emptyIsUnset() {
        let environment = TMSEnvironment(client.merging(["X_TMS_TENANT": "", "TMS_VERBOSE": ""]) { $1 })
        #expect(environment.tenant == nil)
        #expect(!environment.isVerbose)
        #expect(environment.parsesResponses)
    }

    @Test("getversion needs nothing")
    func getversion() {
        #expect(TMSEnvironment([:]).problems(for: [.getversion]).isEmpty)
    }

    @Test("What is missing is said all at once")
    func allAtOnce() {
        let texts = TMSEnvironment([:]).problems(for: [.createkey, .getclient]).map(\.text)
        #expect(texts.count == 3)
        for name in ["X_TMS_TENANT", "X_TMS_CLIENT_ID", "X_TMS_CLIENT_SECRET"] {
            #expect(texts.contains { $0.hasPrefix(name) && $0.contains("createkey") && $0.contains("getclient") })
        }
    }

    @Test("getkey needs the client's credentials only, to make its keys")
    func getkeyWithoutVariables() {
        #expect(TMSEnvironment(client).problems(for: [.getkey]).isEmpty)
        #expect(TMSEnvironment([:]).problems(for: [.getkey]).count == 3)
    }

    @Test("A fingerprint needs its user and host, and to be one")
    func fingerprint() {
        let missing = TMSEnvironment(["TMS_PUBKEY_FINGERPRINT": "SHA256:abc"]).problems(for: [.getkey])
        #expect(missing.map { $0.text.prefix { $0 != " " } } == ["TMS_PUBKEY_USER", "TMS_PUBKEY_HOST"])
        let complete = [
            "TMS_PUBKEY_FINGERPRINT": "SHA256=SHA256:abc", "TMS_PUBKEY_USER": "a", "TMS_PUBKEY_HOST": "h",
        ]
        let wrong = TMSEnvironment(complete).problems(for: [.getkey])
        #expect(wrong.count == 1 && wrong[0].text.contains("no fingerprint"))
    }

    @Test("Secrets do not show")
    func secrets() {
        let environment = TMSEnvironment(client)
        #expect(!"\(environment)".contains("secret1"))
        var dumped = ""
        dump(environment, to: &dumped)
        #expect(!dumped.contains("secret1"))
        #expect(environment.secrets == ["secret1"])
    }
}
