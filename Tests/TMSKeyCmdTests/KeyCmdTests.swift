import Foundation
import SSHKeys
import TestSupport
import Testing

@testable import TMSKeyCmd

@Suite(.timeLimit(.minutes(2)))
struct KeyCmdTests {
    private let key: KeyPair

    init() throws {
        key = try KeyPair.generate(.ed25519)
    }

    private func found(_ line: String) -> Responder.Answer {
        let text = line.replacing("\n", with: "\\n")
        return .json(status: 200, #"{"result_code":"0","result_msg":"success","public_key":"\#(text)"}"#)
    }

    private func refused(_ status: Int, _ message: String = "because") -> Responder.Answer {
        .json(status: status, #"{"result_code":"\#(status)","result_msg":"\#(message)"}"#)
    }

    /// Asks a responder that gives `answer`, with the stock configuration and `config` added.
    private func ask(
        _ answer: Responder.Answer, config: String = "", options: [String] = []
    ) async throws -> (Program.Outcome, [Responder.Request]) {
        try await Responder.with(answer) { responder in
            try await Folder.with { folder in
                try folder.writeConfig(
                    "tms_url = \"\(responder.retrieveURL)\"\nhost_name = \"login1\"\n" + config)
                return (try await folder.ask(key.fingerprint, options: options), responder.requests)
            }
        }
    }

    @Test func `prints the line of the fingerprint`() async throws {
        let (outcome, _) = try await ask(found(key.publicLine))
        #expect(outcome.status == 0)
        #expect(outcome.output == key.publicLine + "\n")
    }

    @Test func `sends what the contract says, and the connection`() async throws {
        let (_, requests) = try await ask(found(key.publicLine), options: ["--connection", "10.0.0.1 5 10.0.0.2 22"])
        let request = try #require(requests.first)
        #expect(requests.count == 1)
        #expect(request.method == "POST")
        #expect(request.path == "/v1/tms/pubkeys/creds/retrieve")
        #expect(request.headers["content-type"]?.hasPrefix("application/json") == true)
        #expect(request.headers.keys.allSatisfy { !$0.hasPrefix("x-tms-") })
        #expect(
            request.body == """
                {"user":"alice","user_uid":"1001","host":"login1","public_key_fingerprint":"\(key.fingerprint)",\
                "key_type":"ssh-ed25519","connection":"10.0.0.1 5 10.0.0.2 22"}
                """)
    }

    @Test(arguments: [[], ["--connection", ""]])
    func `names the calling process where sshd does not name the connection`(options: [String]) async throws {
        let (_, requests) = try await ask(found(key.publicLine), options: options)
        let status = try String(contentsOfFile: "/proc/self/stat", encoding: .utf8)
        let startTime = try #require(ConnectionIdentity.startTime(inStatus: status))
        let pid = ProcessInfo.processInfo.processIdentifier
        #expect(requests.first?.body.contains("\"connection\":\"\(pid):\(startTime)\"") == true)
    }

    @Test func `prints no other key than that of the fingerprint`() async throws {
        let (outcome, _) = try await ask(found(try KeyPair.generate(.ed25519).publicLine))
        #expect(outcome.status == 1)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errors.contains(key.fingerprint))
    }

    @Test func `prints nothing of an answer with a second line`() async throws {
        let other = try KeyPair.generate(.ed25519).publicLine
        for line in ["\(key.publicLine)\n\(other)", "\(other)\n\(key.publicLine)", "\(key.publicLine)\n"] {
            let (outcome, _) = try await ask(found(line))
            #expect(outcome.status == 1)
            #expect(outcome.output.isEmpty)
        }
    }

    @Test(arguments: ["", "command=\"/bin/sh\" ", "# "])
    func `prints nothing that is not a plain key`(prefix: String) async throws {
        let line = prefix.isEmpty ? "" : (prefix + key.publicLine).replacing("\"", with: "\\\"")
        let (outcome, _) = try await ask(found(line))
        #expect(outcome.status == 1)
        #expect(outcome.output.isEmpty)
    }

    @Test(arguments: ["<html>hello</html>", "", "[]", "{}", #"{"public_key":null}"#, #"{"public_key":{}}"#])
    func `prints nothing of a body that is not the contract's`(body: String) async throws {
        let (outcome, _) = try await ask(.json(status: 200, body))
        #expect(outcome.status == 1)
        #expect(outcome.output.isEmpty)
    }

    @Test(arguments: [(404, "NOT_FOUND"), (403, "because")])
    func `a quiet no is a success without output`(status: Int, message: String) async throws {
        let (outcome, _) = try await ask(refused(status, message))
        #expect(outcome.status == 0)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errors.contains("because") == (status == 403))
    }

    @Test func `a path the server does not know is a failure`() async throws {
        let (outcome, _) = try await ask(refused(404, "not found"))
        #expect(outcome.status == 1)
    }

    @Test(arguments: [400, 401, 500, 503])
    func `any other refusal is a failure`(status: Int) async throws {
        let (outcome, _) = try await ask(refused(status))
        #expect(outcome.status == 1)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errors.contains("because"))
    }

    @Test(arguments: [302, 404, 502])
    func `something else than a TMS server is a failure`(status: Int) async throws {
        let (outcome, _) = try await ask(.json(status: status, "not found"))
        #expect(outcome.status == 1)
        #expect(outcome.output.isEmpty)
    }

    @Test func `a server that never answers is given up`() async throws {
        let start = ContinuousClock.now
        let (outcome, _) = try await ask(.none, config: "timeout_seconds = 1")
        #expect(outcome.status == 1)
        #expect(outcome.output.isEmpty)
        #expect(start.duration(to: .now) < .seconds(60))
    }

    @Test func `a configuration that cannot be read to its end is given up`() async throws {
        try await Folder.with { folder in
            // Opening a pipe that nobody writes to hangs for ever.
            try #require(mkfifo(folder.configPath, 0o600) == 0)
            let start = ContinuousClock.now
            let outcome = try await folder.ask(key.fingerprint)
            #expect(outcome.status == 1)
            #expect(outcome.output.isEmpty)
            #expect(start.duration(to: .now) < .seconds(60))
        }
    }

    @Test func `a refused connection is a failure at once`() async throws {
        try await Folder.with { folder in
            // Nothing listens on port 1.
            try folder.writeConfig(
                "tms_url = \"http://127.0.0.1:1/\"\nhost_name = \"login1\"\ntimeout_seconds = 30\n")
            let start = ContinuousClock.now
            let outcome = try await folder.ask(key.fingerprint)
            #expect(outcome.status == 1)
            #expect(outcome.output.isEmpty)
            #expect(outcome.errors.contains("refused"))
            #expect(start.duration(to: .now) < .seconds(15))
        }
    }

    @Test(arguments: [
        [], ["alice"], ["alice", "1001", "SHA256:x"], ["alice", "1001", "SHA256:x", "ssh-rsa", "more"],
        ["alice", "-1", "SHA256:x", "ssh-rsa"], ["alice", "4294967296", "SHA256:x", "ssh-rsa"],
        ["alice", "root", "SHA256:x", "ssh-rsa"], ["--unknown", "alice", "1001", "SHA256:x", "ssh-rsa"],
    ])
    func `wrong arguments are a failure without output`(arguments: [String]) async throws {
        let outcome = try await Program.run(Program.path("tms-keycmd"), arguments)
        #expect(outcome.status == 1)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errors.contains("Error"))
    }

    @Test func `wrong arguments are given up when the log does not take them`() async throws {
        try await Folder.with { folder in
            let log = try StuckLog(path: folder.path + "/log")
            let outcome = try await OwnMounts.run(
                #"mount -t tmpfs none /dev && ln -s "$0" /dev/log && exec "$1" alice"#,
                [log.path, Program.path("tms-keycmd")])
            // The kernel's alarm: the log hangs for the watchdog too.
            #expect(outcome.status == -SIGALRM, "\(outcome.errors)")
            #expect(outcome.output.isEmpty)
        }
    }

    @Test func `tells its version and its use`() async throws {
        let version = try await Program.run(Program.path("tms-keycmd"), ["--version"])
        #expect(version.status == 0)
        #expect(version.output.hasPrefix("TMS keycmd v"))
        let help = try await Program.run(Program.path("tms-keycmd"), ["--help"])
        #expect(help.status == 0)
        #expect(help.output.contains("AuthorizedKeysCommand /etc/ssh/tms_keycmd/tms-keycmd"))
        #expect(help.output.contains("--connection \"%C\""))
        #expect(help.output.contains("-o nobody /var/lib/tms_keycmd"))
        let text = help.output.split { $0.isWhitespace }.joined(separator: " ")
        #expect(text.contains("exits 1 when that could not be found out, or the arguments are wrong"))
    }
}
