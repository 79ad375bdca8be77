/// The name of a kind of key as a caller may write it. Which kind it is, and whether it is one, the rule decides, which
/// knows the kinds; here is only what the API's description says of it.
package struct KeyTypeName: TextValue {
    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    /// The names of `SSHKeys.KeyAlgorithm`, in any case; a test compares.
    package static let names = [
        "", "default", "ed25519", "ssh-ed25519", "ecdsa", "ecdsa-sha2-nistp521", "rsa", "ssh-rsa", "rsa-sha2-256",
        "rsa-sha2-512",
    ]

    package static var expectation: String { String.expectation }

    package static func schema(in place: FieldPlace) -> Schema {
        let names = names.map { name in
            name.map { $0.isLetter ? "[\($0)\($0.uppercased())]" : "\($0)" }.joined()
        }
        return .string(pattern: "^(\(names.joined(separator: "|")))$")
    }
}
