/// The kinds of key the system makes. The raw value is what the API answers as `key_type` and the database keeps.
package enum KeyAlgorithm: String, CaseIterable, Sendable {
    case ed25519
    /// On the curve NIST P-521.
    case ecdsa
    case rsa

    /// The names that ``init(named:)`` takes, for the text of a refusal.
    package static let choices = "ED25519, ECDSA, RSA, ssh-ed25519, ecdsa-sha2-nistp521 or ssh-rsa (absent: ED25519)"

    package var bits: Int32 {
        switch self {
        case .ed25519: 256
        case .ecdsa: 521
        case .rsa: 4096
        }
    }

    /// The name in a public key line and in the key's blob.
    package var sshName: String {
        switch self {
        case .ed25519: "ssh-ed25519"
        case .ecdsa: "ecdsa-sha2-nistp521"
        case .rsa: "ssh-rsa"
        }
    }

    /// The reference's names in any case (`""` and `DEFAULT` are Ed25519), and SSH's own.
    package init?(named name: String) {
        switch name.lowercased() {
        case "", "default", "ed25519", "ssh-ed25519": self = .ed25519
        case "ecdsa", "ecdsa-sha2-nistp521": self = .ecdsa
        case "rsa", "ssh-rsa", "rsa-sha2-256", "rsa-sha2-512": self = .rsa
        default: return nil
        }
    }
}
