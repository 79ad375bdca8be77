/// Why a text is not a public key.
package struct SSHKeyError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Code: Sendable {
        /// Nothing there, or only one word.
        case incomplete
        /// Longer than ``PublicKeyLine/lengthMax``.
        case tooLong
        /// A line feed or another control character inside.
        case controlCharacter
        /// The second word is not Base64.
        case notBase64
        /// The blob ends before what it announces.
        case truncated
        /// The blob's own name is not the line's.
        case nameMismatch
    }

    package let code: Code
    package let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    /// Equal by code: tests and callers care for what is wrong, not for its wording.
    package static func == (left: SSHKeyError, right: SSHKeyError) -> Bool { left.code == right.code }
}
