private import Crypto
internal import Primitives

/// The SHA-512 of a secret's text, which is what the database keeps (contract 2.3).
///
/// Without salt and iterations: secrets are 24 random bytes, so that there is nothing to guess.
package struct SecretHash: Sendable {
    private static let byteCount = 64
    private let bytes: [UInt8]

    package init(of secret: String) {
        var hash = SHA512()
        var secret = secret
        secret.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        bytes = Array(hash.finalize())
    }

    init(of secret: SecretBytes) {
        var hash = SHA512()
        secret.withUnsafeBytes { hash.update(bufferPointer: $0) }
        bytes = Array(hash.finalize())
    }

    /// From the database's 128 hexadecimal digits.
    init?(hexadecimal text: String) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        var high: UInt8?
        for character in text.utf8 {
            guard let digit = Character(Unicode.Scalar(character)).hexDigitValue else { return nil }
            if let first = high {
                bytes.append(first << 4 | UInt8(digit))
                high = nil
            } else {
                high = UInt8(digit)
            }
        }
        guard bytes.count == Self.byteCount, high == nil else { return nil }
        self.bytes = bytes
    }

    package var hexadecimal: String { Hexadecimal.text(bytes) }

    /// Takes the same time wherever the two differ.
    func matches(_ other: SecretHash) -> Bool {
        var difference: UInt8 = 0
        for (left, right) in zip(bytes, other.bytes) { difference |= left ^ right }
        return difference == 0
    }
}

package enum Hexadecimal {
    package static func text(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
