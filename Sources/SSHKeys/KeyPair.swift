package import Primitives

/// A new key pair in OpenSSH's formats.
package struct KeyPair: Sendable {
    package let algorithm: KeyAlgorithm
    /// `<algorithm> <base64>`, without comment and line feed: a line of authorized_keys.
    package let publicLine: String
    package let fingerprint: String
    /// The private key's file, UTF-8.
    package let privateKey: SecretBytes

    init(_ algorithm: KeyAlgorithm, publicBlob: [UInt8], privateFields: (inout WireWriter) -> Void) {
        self.algorithm = algorithm
        publicLine = String(prefix: algorithm.sshName + " ", base64: publicBlob)
        fingerprint = Fingerprint.of(blob: publicBlob)
        privateKey = OpenSSHPrivateKey.text(publicBlob: publicBlob, privateFields: privateFields)
    }

    /// Makes a pair from the operating system's random numbers.
    ///
    /// An Ed25519 pair takes about 20 µs. An ECDSA pair takes about 5 ms and an RSA pair 0.7 s, at worst several
    /// seconds: those come from a ``KeyPairPool`` wherever somebody waits.
    /// - Throws: what the cryptographic library throws when it cannot make an RSA key.
    package static func generate(_ algorithm: KeyAlgorithm) throws -> KeyPair {
        switch algorithm {
        case .ed25519: ed25519()
        case .ecdsa: ecdsa()
        case .rsa: try rsa()
        }
    }
}
