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
        guard !text.utf8.contains(where: { $0 < 0x20 && $0 != UInt8(ascii: "\t") }) else {
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
        guard try Self.name(inBlob: blob) == algorithmName else {
            throw SSHKeyError(.nameMismatch, "the key is not of the kind '\(algorithmName)' that its line says")
        }
        fingerprint = Fingerprint.of(blob: Array(blob))
    }

    /// Every blob starts with its algorithm's name as an SSH `string` (RFC 4253 section 6.6), and has something after it.
    private static func name(inBlob blob: Data) throws(SSHKeyError) -> String {
        let lengthBytes = blob.prefix(4)
        let length = lengthBytes.reduce(0) { $0 << 8 | Int($1) }
        guard lengthBytes.count == 4, length < blob.count - 4 else {
            throw SSHKeyError(.truncated, "the key ends too early")
        }
        return String(decoding: blob.dropFirst(4).prefix(length), as: UTF8.self)
    }
}

extension String {
    fileprivate var trimmingWhitespace: String {
        let isKept: (Character) -> Bool = { !$0.isWhitespace }
        guard let first = firstIndex(where: isKept), let last = lastIndex(where: isKept) else { return "" }
        return String(self[first...last])
    }
}
