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

    @Test(arguments: ["none", "file", "shared"])
    func `a directory that cannot be used never stops a login, and is an error in the log`(name: String) async throws {
        try await Responder.with(up) { responder in
            try await Folder.with { folder in
                try folder.write("", to: "file")
                try FileManager.default.createDirectory(
                    atPath: folder.path + "/shared", withIntermediateDirectories: false)
                try #require(chmod(folder.path + "/shared", 0o777) == 0)
                let directory = folder.path + "/" + name
                try folder.writeConfig(config(responder.retrieveURL, stateDirectory: directory))
                let outcome = try await folder.ask(key.fingerprint)
                #expect(outcome.output == key.publicLine + "\n")
                #expect(outcome.lines(with: "error: no breaker") == 1)
                #expect(outcome.errors.contains("install -d -m 0700 -o nobody \(directory)"))
                responder.set(Self.down)
                for _ in 1...3 {
                    let outcome = try await folder.ask(key.fingerprint)
                    #expect(outcome.status == 1)
                    #expect(outcome.lines(with: "error: no breaker") == 1)
                }
                #expect(responder.requests.count == 4)
            }
        }
    }

    @Test func `a count that cannot be kept never stops a login, and is an error in the log`() async throws {
        try await Responder.with(Self.down) { responder in
            try await Folder.with { folder in
                try folder.writeConfig(config(responder.retrieveURL, stateDirectory: folder.path))
                try FileManager.default.createDirectory(
                    atPath: folder.path + "/breaker", withIntermediateDirectories: false)
                for _ in 1...3 {
                    let outcome = try await folder.ask(key.fingerprint)
                    #expect(outcome.status == 1)
                    #expect(outcome.lines(with: "error: the breaker cannot") == 1, "\(outcome.errors)")
                }
                #expect(responder.requests.count == 3)
            }
        }
    }

    /// What an administrator does once for the standard directory, how often the server is then asked by five logins, and
    /// whether the log complains.
    @Test(arguments: [
        (":", 5, false), ("install -d -m 0700 /var/lib/tms_keycmd", 3, false),
        ("install -d -m 0777 /var/lib/tms_keycmd", 5, true),
    ])
    func `the standard directory needs only to be made`(step: String, calls: Int, complains: Bool) async throws {
        try await Responder.with(Self.down) { responder in
            try await Folder.with { folder in
                try folder.writeConfig("tms_url = \"\(responder.retrieveURL)\"\nhost_name = \"login1\"\n")
                let outcome = try await OwnMounts.run(
                    #"mount -t tmpfs none /var/lib && \#(step) && for login in 1 2 3 4 5; do "$0" "$@"; done"#,
                    [Program.path("tms-keycmd")] + folder.arguments(key.fingerprint))
                #expect(outcome.output.isEmpty)
                #expect(outcome.status == 1, "\(outcome.errors)")
                #expect(responder.requests.count == calls, "\(outcome.errors)")
                #expect(outcome.lines(with: "error: no breaker") == (complains ? 5 : 0))
            }
        }
    }
}

extension Program.Outcome {
    fileprivate func lines(with text: String) -> Int { errors.split(separator: "\n").count { $0.contains(text) } }
}
