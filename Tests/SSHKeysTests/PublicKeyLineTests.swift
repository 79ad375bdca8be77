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
            #expect(line.keyText == text.split(separator: " ").prefix(2).joined(separator: " "))
            #expect(line.kind?.name == type)
            #expect(line.kind?.bits == Int32(bits))

            // A certificate for the key, of which only the name is known here.
            try #require(try SSHKeygen.run("-q", "-s", path, "-I", "id", path + ".pub").status == 0)
            let certificate = try String(contentsOfFile: path + "-cert.pub", encoding: .utf8)
            let certified = try PublicKeyLine(parsing: certificate)
            #expect(certified.algorithmName == line.algorithmName + "-cert-v01@openssh.com")
            #expect(certified.kind == nil)
        }
    }

    @Test func readsOurOwn() throws {
        let pair = try KeyPair.generate(.ed25519)
        let line = try PublicKeyLine(parsing: pair.publicLine)
        #expect(line.algorithmName == "ssh-ed25519")
        #expect(line.comment.isEmpty)
        #expect(line.fingerprint == pair.fingerprint)
    }

    @Test func readsKeysOnTokens() throws {
        let application = Array("ssh:".utf8)
        let ed25519 = try PublicKeyLine(parsing: Self.line("sk-ssh-ed25519@openssh.com", [Self.key, application]))
        #expect(ed25519.kind == .ed25519Token)
        let ecdsa = try PublicKeyLine(
            parsing: Self.line(
                "sk-ecdsa-sha2-nistp256@openssh.com", [Array("nistp256".utf8), Self.point(64), application]))
        #expect(ecdsa.kind == .ecdsaToken)
    }

    /// The length of the modulus counts, with or without the zero byte that keeps it positive.
    @Test(arguments: [
        (first: UInt8(0x80), byteCount: 256, bits: Int32(2048)), (first: 0x7F, byteCount: 256, bits: 2047),
        (first: 1, byteCount: 256, bits: 2041), (first: 0xFF, byteCount: 255, bits: 2040),
    ])
    func countsTheBitsOfAnRSAModulus(first: UInt8, byteCount: Int, bits: Int32) throws {
        let magnitude = [first] + [UInt8](repeating: 1, count: byteCount - 1)
        let modulus = first >= 0x80 ? [0] + magnitude : magnitude
        let line = try PublicKeyLine(parsing: Self.line("ssh-rsa", [[1, 0, 1], modulus]))
        #expect(line.kind == .rsa(bits: bits))
        #expect(line.kind?.isStrong == (bits >= 2048))
    }

    private static let key = [UInt8](repeating: 7, count: 32)
    /// An uncompressed point whose coordinates have so many bytes together.
    private static func point(_ count: Int) -> [UInt8] { [4] + [UInt8](repeating: 9, count: count) }
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
        line("ecdsa-sha2-nistp256", [Array("nistp384".utf8), point(64)]),
        line("ecdsa-sha2-nistp256", [Array("nistp256".utf8), point(96)]),
        line("ecdsa-sha2-nistp256", [Array("nistp256".utf8), [2] + key]),
        line("ssh-rsa", [[1, 0, 1]]), line("ssh-rsa", [[1, 0, 1], [0]]), line("ssh-rsa", [[1, 0, 1], [0x80] + key]),
        line("ssh-rsa", [[1], key]), line("ssh-rsa", [[2], key]), line("ssh-rsa", [[1, 0, 1], key, key]),
        line("sk-ssh-ed25519@openssh.com", [key]), line("sk-ssh-ed25519@openssh.com", [[7], Array("ssh:".utf8)]),
        line("sk-ecdsa-sha2-nistp256@openssh.com", [Array("nistp256".utf8), point(64)]),
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
