internal import FoundationEssentials

/// A kind of key that people log in with, and its strength, as the blob of the public half shows them.
package enum PublicKeyKind: Equatable, Sendable {
    case ed25519
    case ecdsa(bits: Int32)
    case rsa(bits: Int32)
    /// On a hardware token that asks for a touch.
    case ed25519Token
    /// On such a token, on the curve NIST P-256.
    case ecdsaToken

    /// OpenSSH's own name: what the API answers as `key_type` and the database keeps.
    package var name: String {
        switch self {
        case .ed25519: "ed25519"
        case .ecdsa: "ecdsa"
        case .rsa: "rsa"
        case .ed25519Token: "ed25519-sk"
        case .ecdsaToken: "ecdsa-sk"
        }
    }

    package var bits: Int32 {
        switch self {
        case .ed25519, .ed25519Token, .ecdsaToken: 256
        case .ecdsa(let bits), .rsa(let bits): bits
        }
    }

    /// The shortest RSA modulus, in bits, that is safe to let in by.
    package static let rsaBitsMin: Int32 = 2048

    /// Whether somebody may be let in by a key of this kind and strength.
    package var isStrong: Bool {
        if case .rsa(let bits) = self { bits >= Self.rsaBitsMin } else { true }
    }

    /// What ``init(algorithm:fields:)`` knows and ``isStrong`` admits, for the text of a refusal.
    package static let choices = """
        ssh-ed25519, ecdsa-sha2-nistp256, ecdsa-sha2-nistp384, ecdsa-sha2-nistp521, sk-ssh-ed25519@openssh.com, \
        sk-ecdsa-sha2-nistp256@openssh.com, or ssh-rsa of at least \(rsaBitsMin) bits
        """

    /// Reads the fields that a blob has after its algorithm's name (RFC 4253 section 6.6, RFC 5656 section 3.1, RFC 8709
    /// section 4, OpenSSH's PROTOCOL.u2f).
    /// - Returns: nil for other algorithms, such as those of certificates.
    /// - Throws: `.truncated` when the fields are not what the algorithm has.
    init?(algorithm: String, fields: Data.SubSequence) throws(SSHKeyError) {
        var fields = BlobFields(fields)
        switch algorithm {
        case "ssh-ed25519":
            try fields.skip(count: 32)
            self = .ed25519
        case "ecdsa-sha2-nistp256": self = .ecdsa(bits: try fields.point(on: "nistp256", bits: 256))
        case "ecdsa-sha2-nistp384": self = .ecdsa(bits: try fields.point(on: "nistp384", bits: 384))
        case "ecdsa-sha2-nistp521": self = .ecdsa(bits: try fields.point(on: "nistp521", bits: 521))
        case "ssh-rsa":
            let exponent = try fields.number()
            guard exponent.last.map({ $0 % 2 == 1 }) == true, exponent != [1] else { throw BlobFields.wrong }
            self = .rsa(bits: Self.bits(of: try fields.number()))
        case "sk-ssh-ed25519@openssh.com":
            try fields.skip(count: 32)
            // The application that the token keeps the key for, "ssh:".
            _ = try fields.string()
            self = .ed25519Token
        case "sk-ecdsa-sha2-nistp256@openssh.com":
            _ = try fields.point(on: "nistp256", bits: 256)
            _ = try fields.string()
            self = .ecdsaToken
        default:
            guard !fields.isAtEnd else { throw BlobFields.wrong }
            return nil
        }
        guard fields.isAtEnd else { throw BlobFields.wrong }
    }

    /// How many binary digits a number without leading zero bytes has.
    private static func bits(of magnitude: [UInt8]) -> Int32 {
        guard let first = magnitude.first else { return 0 }
        return Int32(magnitude.count * 8 - first.leadingZeroBitCount)
    }
}

/// Takes SSH's data types (RFC 4251 section 5) from the front of a blob.
struct BlobFields {
    private var rest: Data.SubSequence

    init(_ bytes: Data.SubSequence) {
        rest = bytes
    }

    var isAtEnd: Bool { rest.isEmpty }
    /// What was not taken yet.
    var remainder: Data.SubSequence { rest }

    static var wrong: SSHKeyError { SSHKeyError(.truncated, "the key's fields are not what its kind has") }

    mutating func string() throws(SSHKeyError) -> Data.SubSequence {
        let lengthBytes = rest.prefix(4)
        let length = lengthBytes.reduce(0) { $0 << 8 | Int($1) }
        guard lengthBytes.count == 4, length <= rest.count - 4 else { throw Self.wrong }
        defer { rest = rest.dropFirst(4 + length) }
        return rest.dropFirst(4).prefix(length)
    }

    /// A string of exactly so many bytes.
    mutating func skip(count: Int) throws(SSHKeyError) {
        guard try string().count == count else { throw Self.wrong }
    }

    /// An `mpint` that is positive, without the zero bytes before it.
    mutating func number() throws(SSHKeyError) -> [UInt8] {
        let bytes = try string()
        let magnitude = Array(bytes.drop { $0 == 0 })
        guard let sign = bytes.first, sign < 0x80, !magnitude.isEmpty else { throw Self.wrong }
        return magnitude
    }

    /// The name of a curve and an uncompressed point, two coordinates of so many bits behind a byte that says so.
    mutating func point(on curve: String, bits: Int32) throws(SSHKeyError) -> Int32 {
        guard String(decoding: try string(), as: UTF8.self) == curve else { throw Self.wrong }
        let point = try string()
        guard point.first == 4, point.count == 1 + 2 * ((Int(bits) + 7) / 8) else { throw Self.wrong }
        return bits
    }
}
