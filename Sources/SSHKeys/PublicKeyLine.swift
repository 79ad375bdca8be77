private import FoundationEssentials

/// A public key as one line of text: `<algorithm> <base64> [comment]` (sshd(8), without options before it).
package struct PublicKeyLine: Sendable {
    /// The longest line taken, in bytes. An RSA key of 16,384 bits, the largest
    /// OpenSSH takes, needs 2,750.
    package static let lengthMax = 16_384

    package let algorithmName: String
    package let comment: String
    package let fingerprint: String

    package init(parsing line: String) throws(SSHKeyError) {
        guard line.utf8.count <= Self.lengthMax else {
            throw SSHKeyError(.tooLong, "a public key line has at most \(Self.lengthMax) bytes")
        }
        let text = line.trimmingWhitespace
        guard !text.utf8.contains(where: { $0 < 0x20 && $0 != UInt8(ascii: "\t") || $0 == 0x7F }) else {
            throw SSHKeyError(.controlCharacter, "a public key is one line without control characters")
        }
        let words = text.split(maxSplits: 2) { $0 == " " || $0 == "\t" }
        guard words.count >= 2 else {
            throw SSHKeyError(.incomplete, "a public key line has an algorithm and a key in Base64")
        }
        guard let blob = Data(base64Encoded: String(words[1])) else {
            throw SSHKeyError(.notBase64, "the second word of a public key line is Base64")
        }
        algorithmName = String(words[0])
        comment = words.count > 2 ? String(words[2]).trimmingWhitespace : ""
        try Self.check(blob, is: algorithmName)
        fingerprint = Fingerprint.of(blob: Array(blob))
    }

    /// Every blob starts with its algorithm's name as an SSH `string` (RFC 4253 section 6.6), and has something after
    /// it: for the common kinds a known number of strings, for others whatever it is.
    private static func check(_ blob: Data, is algorithmName: String) throws(SSHKeyError) {
        var rest = blob[...]
        guard String(decoding: try takeString(from: &rest), as: UTF8.self) == algorithmName else {
            throw SSHKeyError(.nameMismatch, "the key is not of the kind that its line says")
        }
        switch algorithmName {
        case "ssh-ed25519":
            guard try takeString(from: &rest).count == 32 else { throw truncated }
        case "ssh-rsa":
            for _ in 0..<2 {
                guard !(try takeString(from: &rest).isEmpty) else { throw truncated }
            }
        case "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521":
            let curve = String(decoding: try takeString(from: &rest), as: UTF8.self)
            guard algorithmName.hasSuffix("-" + curve), !(try takeString(from: &rest).isEmpty) else { throw truncated }
        default:
            guard !rest.isEmpty else { throw truncated }
            return
        }
        guard rest.isEmpty else { throw truncated }
    }

    private static func takeString(from rest: inout Data.SubSequence) throws(SSHKeyError) -> Data.SubSequence {
        let lengthBytes = rest.prefix(4)
        let length = lengthBytes.reduce(0) { $0 << 8 | Int($1) }
        guard lengthBytes.count == 4, length <= rest.count - 4 else { throw truncated }
        defer { rest = rest.dropFirst(4 + length) }
        return rest.dropFirst(4).prefix(length)
    }

    private static var truncated: SSHKeyError { SSHKeyError(.truncated, "the key's fields are not what its kind has") }
}

extension String {
    fileprivate var trimmingWhitespace: String {
        let isKept: (Character) -> Bool = { !$0.isWhitespace }
        guard let first = firstIndex(where: isKept), let last = lastIndex(where: isKept) else { return "" }
        return String(self[first...last])
    }
}
