import Foundation
import TMSAPI
import TestSupport
import Testing

/// Public keys whose private half was made elsewhere.
@Suite struct PubkeyRegistrationTests {
    private func body(_ account: Account, _ publicKey: String, _ changes: [String: String] = [:]) -> String {
        let members = [
            "client_user_id": "\"\(account.user)\"", "host": "\"\(account.host)\"",
            "host_account": "\"\(account.account)\"", "public_key": "\"\(publicKey)\"", "num_uses": "-1",
            "ttl_minutes": "-1",
        ].merging(changes) { $1 }
        return "{" + members.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", ") + "}"
    }

    private func register(
        _ account: Account, _ publicKey: String, _ changes: [String: String] = [:]
    ) async throws -> Wire.Answer {
        try await account.asClient("POST", "pubkeys/register", body(account, publicKey, changes))
    }

    /// The line of a .pub file that ssh-keygen makes, and the file.
    private func made(
        _ type: String, _ bits: Int, in folder: TemporaryFolder
    ) async throws -> (line: String, path: String) {
        let path = folder.file("\(type)-\(bits)")
        let arguments = ["-q", "-t", type, "-b", "\(bits)", "-N", "", "-C", "alice on her laptop", "-f", path]
        let outcome = try await Program.run("/usr/bin/ssh-keygen", arguments)
        guard outcome.status == 0 else { throw TestServer.Failure("ssh-keygen: \(outcome.errors)") }
        return (try String(contentsOfFile: path + ".pub", encoding: .utf8).trimmingCharacters(in: .newlines), path)
    }

    /// Bits and fingerprint, as ssh-keygen sees them.
    private func listed(_ path: String) async throws -> [String] {
        let outcome = try await Program.run("/usr/bin/ssh-keygen", ["-l", "-f", path])
        return outcome.output.split(separator: " ").prefix(2).map(String.init)
    }

    /// What a token would hold; ssh-keygen makes such keys only when a token is there.
    private static func tokenLine(_ algorithm: String) -> String {
        let point = algorithm.contains("ecdsa") ? [UInt8(4)] + [UInt8](repeating: 9, count: 64) : nil
        let fields =
            [Array(algorithm.utf8)]
            + (point.map { [Array("nistp256".utf8), $0] } ?? [[UInt8](repeating: 7, count: 32)])
            + [Array("ssh:".utf8)]
        let blob = fields.flatMap { withUnsafeBytes(of: UInt32($0.count).bigEndian, Array.init) + $0 }
        return "\(algorithm) \(Data(blob).base64EncodedString())"
    }

    @Test(arguments: [
        ("ed25519", 256), ("ecdsa", 256), ("ecdsa", 384), ("ecdsa", 521), ("rsa", 2048), ("rsa", 3072),
    ])
    func keyOfSSHKeygenLogsIn(type: String, bits: Int) async throws {
        let account = try Account(on: try await Servers.shared())
        let folder = try TemporaryFolder()
        let (line, path) = try await made(type, bits, in: folder)
        let answer = try await register(account, line, ["num_uses": "3", "ttl_minutes": "60"])
        #expect(answer.status == 201, "\(answer.text)")
        #expect(
            answer.memberNames == [
                "expires_at", "key_bits", "key_type", "max_uses", "public_key", "public_key_fingerprint",
                "remaining_uses", "result_code", "result_msg",
            ])
        for name in answer.memberNames { #expect(answer[name] != nil, "\(name) is no string") }
        let keyText = line.split(separator: " ").prefix(2).joined(separator: " ")
        let listed = try await listed(path + ".pub")
        #expect(answer["public_key"] == keyText)
        #expect([answer["key_bits"], answer["public_key_fingerprint"]] == [listed[0], listed[1]])
        #expect(answer["key_type"] == type)
        #expect(answer["max_uses"] == "3")
        #expect(answer["remaining_uses"] == "3")

        let login = try await account.retrieve(listed[1], connection: "one")
        #expect(login.status == 200)
        #expect(login["public_key"] == keyText)
        let row = try #require(try await account.asClient("GET", "pubkeys/list").rows("pubkeys").first)
        #expect(row.string("public_key") == keyText)
        #expect(row.string("key_type") == type)
        #expect(row.integer("key_bits") == bits)
        #expect(row.integer("remaining_uses") == 2)
        #expect(row.integer("initial_ttl_minutes") == 60)
        #expect(row.string("expires_at") == answer["expires_at"])
        #expect(
            try account.number("SELECT COUNT(*) FROM audit WHERE tenant = $1 AND action = 'pubkey created'") == 1)
    }

    @Test(arguments: [
        ("sk-ssh-ed25519@openssh.com", "ed25519-sk"), ("sk-ecdsa-sha2-nistp256@openssh.com", "ecdsa-sk"),
    ])
    func keyOnATokenLogsIn(algorithm: String, type: String) async throws {
        let account = try Account(on: try await Servers.shared())
        let line = Self.tokenLine(algorithm)
        let answer = try await register(account, line + " alice's token")
        #expect(answer.status == 201, "\(answer.text)")
        #expect(answer["key_type"] == type)
        #expect(answer["key_bits"] == "256")
        #expect(answer["public_key"] == line)
        #expect(try await account.retrieve(answer["public_key_fingerprint"] ?? "")["public_key"] == line)
    }

    @Test(arguments: [("rsa", 1024), ("rsa", 2040), ("dsa", 1024)])
    func weakKeyIsRefusedWithTheChoices(type: String, bits: Int) async throws {
        let account = try Account(on: try await Servers.shared())
        let line = try await made(type, bits, in: try TemporaryFolder()).line
        let answer = try await register(account, line)
        expectRefusal(answer, 400, "ssh-ed25519, ecdsa-sha2-nistp256")
        expectRefusal(answer, 400, "ssh-rsa of at least 2048 bits")
        #expect(try account.number("SELECT COUNT(*) FROM pubkeys WHERE tenant = $1") == 0)
    }

    @Test func certificateIsRefused() async throws {
        let account = try Account(on: try await Servers.shared())
        let folder = try TemporaryFolder()
        let path = try await made("ed25519", 256, in: folder).path
        let signing = try await Program.run("/usr/bin/ssh-keygen", ["-q", "-s", path, "-I", "id", path + ".pub"])
        #expect(signing.status == 0)
        let line = try String(contentsOfFile: path + "-cert.pub", encoding: .utf8)
        expectRefusal(try await register(account, line.trimmingCharacters(in: .newlines)), 400, "another type")
    }

    @Test(arguments: [
        "", "ssh-ed25519", "ssh-ed25519 AAAA", "ssh-ed25519 !!!!", "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIA==",
        #"command=\"id\" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA=="#, #"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA"#,
    ])
    func whatIsNoPublicKeyIsRefused(text: String) async throws {
        let account = try Account(on: try await Servers.shared())
        expectRefusal(try await register(account, text), 400, "'public_key' must be the line of a .pub file")
    }

    /// Else one line of ours could become two of authorized_keys.
    @Test func secondLineIsRefused() async throws {
        let account = try Account(on: try await Servers.shared())
        let line = try await made("ed25519", 256, in: try TemporaryFolder()).line
        expectRefusal(try await register(account, line + #"\n"# + line), 400, "control character")
    }

    @Test func keyThatTheHostHasIsAConflict() async throws {
        let account = try Account(on: try await Servers.shared())
        let line = try await made("ed25519", 256, in: try TemporaryFolder()).line
        let first = try await register(account, line)
        #expect(first.status == 201)
        let again = try await register(account, line)
        expectRefusal(
            again, 409, "key with fingerprint \(first["public_key_fingerprint"] ?? "?") on host \(account.host)")
        try account.change(
            """
            INSERT INTO user_hosts (tenant, tms_user_id, host, host_account, expires_at, created, updated, user_mfa_id)
            SELECT tenant, tms_user_id, 'elsewhere', host_account, expires_at, 0, 0, user_mfa_id
            FROM user_hosts WHERE tenant = '{t}'
            """)
        #expect(try await register(account, line, ["host": #""elsewhere""#]).status == 201)
        #expect(try account.number("SELECT COUNT(*) FROM pubkeys WHERE tenant = $1") == 2)
    }

    @Test func whatAKeyNeedsIsNeededHereToo() async throws {
        let account = try Account(on: try await Servers.shared())
        let line = try await made("ed25519", 256, in: try TemporaryFolder()).line
        expectRefusal(
            try await register(account, line, ["client_user_id": #""nobody""#]), 403,
            "Missing or expired dependency: Required user MFA record not found for user ID nobody in tenant")
        expectRefusal(
            try await register(account, line, ["host_account": #""root""#]), 403,
            "Missing or expired dependency: Required user host record not found")
        try account.change("DELETE FROM delegations WHERE tenant = '{t}'")
        expectRefusal(
            try await register(account, line), 403,
            "Missing or expired dependency: Required delegation record not found")
        expectRefusal(
            try await account.asAdmin("POST", "pubkeys/register", body(account, line)), 400, "X-TMS-CLIENT-ID")
    }

    @Test func mvpModeMakesTheDependencies() async throws {
        let account = try Account(on: try await Servers.shared(["enable_mvp=true"]))
        let line = try await made("ed25519", 256, in: try TemporaryFolder()).line
        let own = ["client_user_id": #""bob""#, "host": #""h1""#, "host_account": #""bob""#]
        let root = own.merging(["client_user_id": #""root""#, "host_account": #""root""#]) { $1 }
        expectRefusal(try await register(account, line, root), 403, "no system account")
        #expect(try await register(account, line, own).status == 201)
        #expect(try account.number("SELECT COUNT(*) FROM user_mfa WHERE tenant = $1 AND tms_user_id = 'bob'") == 1)
    }
}
