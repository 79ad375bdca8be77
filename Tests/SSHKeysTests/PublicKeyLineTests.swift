import Foundation
import Testing

@testable import SSHKeys

@Suite struct PublicKeyLineTests {
    @Test(arguments: [("ed25519", "256"), ("rsa", "2048"), ("ecdsa", "256"), ("ecdsa", "384"), ("ecdsa", "521")])
    func readsWhatSSHKeygenMakes(type: String, bits: String) throws {
        try withTemporaryFolder { folder in
            let path = folder + "/key"
            let made = try SSHKeygen.run("-q", "-t", type, "-b", bits, "-N", "", "-C", "a  comment", "-f", path)
            try #require(made.status == 0)
            let text = try String(contentsOfFile: path + ".pub", encoding: .utf8)
            let line = try PublicKeyLine(parsing: " \t\(text)\r\n")
            #expect(try SSHKeygen.list(path + ".pub")[1] == line.fingerprint)
            #expect(text.hasPrefix(line.algorithmName + " "))
            #expect(line.comment == "a  comment")

            // A certificate for the key, of which only the name is known here.
            try #require(try SSHKeygen.run("-q", "-s", path, "-I", "id", path + ".pub").status == 0)
            let certificate = try String(contentsOfFile: path + "-cert.pub", encoding: .utf8)
            #expect(
                try PublicKeyLine(parsing: certificate).algorithmName == line.algorithmName + "-cert-v01@openssh.com")
        }
    }

    @Test func readsOurOwn() throws {
        let pair = try KeyPair.generate(.ed25519)
        let line = try PublicKeyLine(parsing: pair.publicLine)
        #expect(line.algorithmName == "ssh-ed25519")
        #expect(line.comment.isEmpty)
        #expect(line.fingerprint == pair.fingerprint)
    }

    @Test func readsKeysOnHardware() throws {
        let name = "sk-ssh-ed25519@openssh.com"
        let line = try PublicKeyLine(parsing: Self.line(name, [[UInt8](repeating: 7, count: 32), Array("ssh:".utf8)]))
        #expect(line.algorithmName == name)
    }

    private static let key = [UInt8](repeating: 7, count: 32)
    private static let good = line("ssh-ed25519", [key])

    /// - Parameter inner: the name in the blob, when it is another one.
    private static func line(_ name: String, inner: String? = nil, _ fields: [[UInt8]]) -> String {
        "\(name) \(Blob(strings: [Array((inner ?? name).utf8)] + fields).base64)"
    }

    private static let badLines: [(String, SSHKeyError.Code)] = [
        ("", .incomplete), (" \t\r\n", .incomplete), ("ssh-ed25519", .incomplete),
        ("ssh-ed25519 ", .incomplete), ("ssh-ed25519 A", .notBase64), ("ssh-ed25519 AAAA!AAA", .notBase64),
        ("ssh-ed25519 AA==AAAA", .notBase64), ("ssh-ed25519 =AAA", .notBase64),
        ("ssh-ed25519 AAAA", .truncated), ("ssh-ed25519 /////w==", .truncated), ("ssh-ed25519 AAAAAQ==", .truncated),
        (line("ssh-ed25519", []), .truncated), (line("ssh-ed25519", inner: "ssh-rsa", [key]), .nameMismatch),
        (line("ssh-ed25519", inner: "ssh-ed25518", [key]), .nameMismatch), (good + "\0", .controlCharacter),
        (good + "\n" + good, .controlCharacter), (good + " a\rb", .controlCharacter),
        ("ssh-ed25519\0 AAAA", .controlCharacter),
        (good + " " + String(repeating: "x", count: PublicKeyLine.lengthMax), .tooLong),
    ]

    @Test(arguments: badLines)
    func refuses(text: String, code: SSHKeyError.Code) {
        let error = #expect(throws: SSHKeyError.self) { try PublicKeyLine(parsing: text) }
        #expect(error?.code == code)
    }

    @Test func acceptsTheLongestLine() throws {
        let comment = String(repeating: "x", count: PublicKeyLine.lengthMax - Self.good.utf8.count - 1)
        #expect(try PublicKeyLine(parsing: "\(Self.good) \(comment)").comment == comment)
        #expect(throws: SSHKeyError(.tooLong, "")) { try PublicKeyLine(parsing: "\(Self.good) \(comment)x") }
    }

    @Test(arguments: [
        line("ssh-ed25519", [Array(key.dropLast())]), line("ssh-ed25519", [key, key]),
        line("ecdsa-sha2-nistp256", [Array("nistp384".utf8), key]), line("ssh-rsa", [[1, 0, 1]]),
    ])
    func refusesFieldsThatAreNotOfTheKind(text: String) {
        #expect(throws: SSHKeyError.self) { try PublicKeyLine(parsing: text) }
    }

    /// The text may be somebody's private key, pasted into the wrong field.
    @Test func messageHoldsNoKeyMaterial() {
        let secret = Data([UInt8](repeating: 0xA7, count: 32)).base64EncodedString()
        let text = Self.line(secret, inner: "ssh-ed25519", [Self.key])
        let mismatch = #expect(throws: SSHKeyError.self) { try PublicKeyLine(parsing: text) }
        #expect(mismatch?.description.contains(secret) == false)
        let error = #expect(throws: SSHKeyError.self) { try PublicKeyLine(parsing: "ssh-ed25519 \(secret)") }
        #expect(error?.description.contains(secret) == false)
    }

    @Test func refusesDelete() {
        #expect(throws: SSHKeyError(.controlCharacter, "")) { try PublicKeyLine(parsing: Self.good + " a\u{7F}b") }
    }
}
