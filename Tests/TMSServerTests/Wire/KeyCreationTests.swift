import Foundation
import TMSAPI
import TestSupport
import Testing

/// Operation 14, answered with 201.
@Suite struct KeyCreationTests {
    private func created(_ changes: [String: String?] = [:]) async throws -> Wire.Answer {
        let answer = try await Wire(Servers.shared().url).create(changes)
        try #require(answer.status == 201, "\(answer.text)")
        return answer
    }

    @Test func answerHasExactlyItsMembersAllStrings() async throws {
        let answer = try await created()
        #expect(
            answer.memberNames == [
                "expires_at", "key_bits", "key_type", "max_uses", "private_key", "public_key",
                "public_key_fingerprint", "remaining_uses", "result_code", "result_msg",
            ])
        for name in answer.memberNames { #expect(answer[name] != nil, "\(name) is no string") }
        #expect(answer["result_code"] == "0")
        #expect(answer["result_msg"] == "success")
        #expect(answer["key_type"] == "ed25519")
        #expect(answer["key_bits"] == "256")
        #expect(answer.header("content-type") == "application/json; charset=utf-8")
    }

    @Test func withoutLimitsItLastsForEver() async throws {
        let answer = try await created(["num_uses": "-1", "ttl_minutes": "-1"])
        #expect(answer["max_uses"] == "2147483647")
        #expect(answer["remaining_uses"] == "2147483647")
        #expect(answer["expires_at"] == "9999-12-31T23:59:59.000000+00:00")
    }

    @Test(arguments: [("0", "0"), ("3", "3"), ("2147483647", "2147483647"), ("-2147483648", "2147483647")])
    func usesAreCounted(asked: String, answered: String) async throws {
        let answer = try await created(["num_uses": asked])
        #expect(answer["max_uses"] == answered)
        #expect(answer["remaining_uses"] == answered)
    }

    @Test(arguments: [0, 1, 60, Int64(Int32.max)])
    func timeToLiveIsMinutesFromNow(minutes: Int64) async throws {
        let before = Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000) - 1000)
        let answer = try await created(["ttl_minutes": "\(minutes)"])
        let after = Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000) + 1000)
        let text = try #require(answer["expires_at"])
        #expect(text.utf8.count == 32)
        #expect(text.hasSuffix("+00:00"))
        let expiry = try #require(Timestamp(rfc3339: text))
        #expect(expiry >= before.adding(seconds: minutes * 60))
        #expect(expiry <= after.adding(seconds: minutes * 60))
    }

    @Test func fingerprintIsTheOneThatSSHComputes() async throws {
        let answer = try await created()
        let fingerprint = try #require(answer["public_key_fingerprint"])
        #expect(fingerprint.wholeMatch(of: /SHA256:[A-Za-z0-9+\/]{43}/) != nil)
        let folder = try TemporaryFolder()
        let file = try folder.write(try #require(answer["public_key"]) + "\n", to: "key.pub")
        let ssh = try await Program.run("/usr/bin/env", ["ssh-keygen", "-l", "-f", file])
        #expect(ssh.output.contains(fingerprint))
    }

    @Test func privateKeyIsTheOtherHalfInOpenSSHFormat() async throws {
        let answer = try await created()
        let privateKey = try #require(answer["private_key"])
        #expect(privateKey.hasPrefix("-----BEGIN OPENSSH PRIVATE KEY-----\n"))
        #expect(privateKey.hasSuffix("-----END OPENSSH PRIVATE KEY-----\n"))
        let folder = try TemporaryFolder()
        let ssh = try await Program.run(
            "/usr/bin/env", ["ssh-keygen", "-y", "-f", try folder.write(privateKey, to: "key")])
        #expect(ssh.status == 0, "\(ssh.errors)")
        let words = try #require(answer["public_key"]).split(separator: " ").prefix(2)
        #expect(
            ssh.output.split(separator: " ").prefix(2).map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
                == words.map(String.init))
    }

    @Test func everyKeyIsAnother() async throws {
        let (first, second) = (try await created(), try await created())
        #expect(first["public_key_fingerprint"] != second["public_key_fingerprint"])
        #expect(first["private_key"] != second["private_key"])
    }

    @Test(arguments: [
        nil, "null", #""""#, #""DEFAULT""#, #""default""#, #""ed25519""#, #""ED25519""#, #""ssh-ed25519""#,
    ])
    func namesOfEd25519(keyType: String?) async throws {
        let answer = try await created(["key_type": keyType])
        #expect(answer["key_type"] == "ed25519")
        #expect(answer["key_bits"] == "256")
        #expect(answer["public_key"]?.hasPrefix("ssh-ed25519 ") == true)
    }

    @Test(arguments: ["ecdsa-sha2-nistp521", "ECDSA"])
    func namesOfECDSA(keyType: String) async throws {
        let answer = try await created(["key_type": "\"\(keyType)\""])
        #expect(answer["key_type"] == "ecdsa")
        #expect(answer["key_bits"] == "521")
        #expect(answer["public_key"]?.hasPrefix("ecdsa-sha2-nistp521 ") == true)
    }

    @Test func namesOfRSA() async throws {
        let answer = try await created(["key_type": #""RSA""#])
        #expect(answer["key_type"] == "rsa")
        #expect(answer["key_bits"] == "4096")
        #expect(answer["public_key"]?.hasPrefix("ssh-rsa ") == true)
    }

    @Test func mistypedKeyTypeIsRefusedWithTheChoices() async throws {
        let answer = try await Wire(Servers.shared().url).create(["key_type": #""ed22519""#])
        expectRefusal(answer, 400, "'key_type' must be one of ED25519, ECDSA, RSA")
    }

    /// MVP mode makes what a key needs, for the account of the user's own name only (contract 5.6).
    @Test func mvpModeMakesTheDependencies() async throws {
        let wire = Wire(try await Servers.shared(["enable_mvp=true"]).url)
        let own = ["client_user_id": "\"bob\"", "host": "\"h1\"", "host_account": "\"bob\""]
        let answer = try await wire.create(own)
        #expect(answer.status == 201)
        let foreign = try await wire.create(own.merging(["host_account": "\"alice\""]) { $1 })
        expectRefusal(foreign, 403, "account of the same name")
        let root = try await wire.create(["client_user_id": "\"root\"", "host": "\"h1\"", "host_account": "\"root\""])
        expectRefusal(root, 403)
    }
}
