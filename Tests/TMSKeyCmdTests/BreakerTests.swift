import Foundation
import SSHKeys
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2)))
struct BreakerTests {
    private static let down = Responder.Answer.json(status: 500, #"{"result_code":"500","result_msg":"down"}"#)

    private let key: KeyPair

    init() throws {
        key = try KeyPair.generate(.ed25519)
    }

    private var up: Responder.Answer {
        .json(status: 200, #"{"result_code":"0","result_msg":"success","public_key":"\#(key.publicLine)"}"#)
    }

    private func config(_ url: String, stateDirectory: String) -> String {
        """
        tms_url = "\(url)"
        host_name = "login1"
        state_dir = "\(stateDirectory)"
        breaker_failures = 2
        breaker_seconds = 3600
        """
    }

    @Test func `opens after failures in a row and closes again`() async throws {
        try await Responder.with(Self.down) { responder in
            try await Folder.with { folder in
                try folder.writeConfig(config(responder.retrieveURL, stateDirectory: folder.path))
                for _ in 1...4 {
                    let outcome = try await folder.ask(key.fingerprint)
                    #expect(outcome.status == 1)
                    #expect(outcome.output.isEmpty)
                }
                #expect(responder.requests.count == 2)

                // As if the pause were over: the next call tries, fails and opens it again.
                try folder.write("2 1000000\n", to: "breaker")
                #expect(try await folder.ask(key.fingerprint).status == 1)
                #expect(try await folder.ask(key.fingerprint).status == 1)
                #expect(responder.requests.count == 3)

                responder.set(up)
                try folder.write("2 1000000\n", to: "breaker")
                for _ in 1...2 {
                    #expect(try await folder.ask(key.fingerprint).output == key.publicLine + "\n")
                }
                #expect(responder.requests.count == 5)
                #expect(folder.read("breaker") == nil)
            }
        }
    }

    @Test func `counts only failures in a row`() async throws {
        try await Responder.with(Self.down) { responder in
            try await Folder.with { folder in
                try folder.writeConfig(config(responder.retrieveURL, stateDirectory: folder.path))
                for _ in 1...3 {
                    responder.set(Self.down)
                    #expect(try await folder.ask(key.fingerprint).status == 1)
                    // "Not ours" is an answer of a server in good health.
                    responder.set(.json(status: 404, #"{"result_code":"404","result_msg":"NOT_FOUND"}"#))
                    #expect(try await folder.ask(key.fingerprint).status == 0)
                }
                #expect(responder.requests.count == 6)
            }
        }
    }

    @Test func `opens for a server that cannot be reached`() async throws {
        try await Folder.with { folder in
            try folder.writeConfig(config("http://127.0.0.1:1/", stateDirectory: folder.path))
            for expected in ["refused", "refused", "2 times in a row"] {
                let outcome = try await folder.ask(key.fingerprint)
                #expect(outcome.status == 1)
                #expect(outcome.errors.contains(expected), "\(outcome.errors)")
            }
        }
    }

    @Test func `opens after one time-out`() async throws {
        try await Responder.with(.none) { responder in
            try await Folder.with { folder in
                try folder.writeConfig(
                    config(responder.retrieveURL, stateDirectory: folder.path) + "\ntimeout_seconds = 0.5")
                // The call's own time-out and the program's come at nearly the same time; either opens it.
                #expect(try await folder.ask(key.fingerprint).status == 1)
                for _ in 1...2 {
                    let outcome = try await folder.ask(key.fingerprint)
                    #expect(outcome.status == 1)
                    #expect(outcome.errors.contains("or timed out"), "\(outcome.errors)")
                }
                #expect(responder.requests.count == 1)
            }
        }
    }

    @Test(arguments: ["", "x", "5", "-1 -1", "99 99999999999999999999", "9999 9223372036854775807"])
    func `a damaged or future count never stops a login`(state: String) async throws {
        try await Responder.with(up) { responder in
            try await Folder.with { folder in
                try folder.writeConfig(config(responder.retrieveURL, stateDirectory: folder.path))
                try folder.write(state, to: "breaker")
                #expect(try await folder.ask(key.fingerprint).output == key.publicLine + "\n")
            }
        }
    }

    @Test func `a directory that is not there never stops a login`() async throws {
        try await Responder.with(up) { responder in
            try await Folder.with { folder in
                try folder.writeConfig(config(responder.retrieveURL, stateDirectory: folder.path + "/none"))
                #expect(try await folder.ask(key.fingerprint).output == key.publicLine + "\n")
                responder.set(Self.down)
                for _ in 1...3 { #expect(try await folder.ask(key.fingerprint).status == 1) }
                #expect(responder.requests.count == 4)
            }
        }
    }
}
