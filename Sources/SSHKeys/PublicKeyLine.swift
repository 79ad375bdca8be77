private import FoundationEssentials

/// A public key as one line of text: `<algorithm> <base64> [comment]` (sshd(8), without options before it).
package struct PublicKeyLine: Sendable {
    /// The longest line taken, in bytes. An RSA key of 16,384 bits, the largest
    /// OpenSSH takes, needs 2,750.
    package static let lengthMax = 16_384

    package let algorithmName: String
    package let comment: String
    package let fingerprint: String
    /// `<algorithm> <base64>`, the line without its comment.
    package let keyText: String
    /// nil when it is none of the kinds known here; a certificate, for one.
    package let kind: PublicKeyKind?

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
        var fields = BlobFields(blob[...])
        // Every blob starts with its algorithm's name (RFC 4253 section 6.6).
        guard String(decoding: try fields.string(), as: UTF8.self) == algorithmName else {
            throw SSHKeyError(.nameMismatch, "the key is not of the kind that its line says")
        }
        kind = try PublicKeyKind(algorithm: algorithmName, fields: fields.remainder)
        let bytes = Array(blob)
        keyText = String(prefix: algorithmName + " ", base64: bytes)
        fingerprint = Fingerprint.of(blob: bytes)
    }
}

extension String {
    fileprivate var trimmingWhitespace: String {
        let isKept: (Character) -> Bool = { !$0.isWhitespace }
        guard let first = firstIndex(where: isKept), let last = lastIndex(where: isKept) else { return "" }
        return String(self[first...last])
    }
}
