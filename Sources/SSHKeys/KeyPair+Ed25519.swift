private import Crypto
private import FoundationEssentials
internal import Primitives

extension KeyPair {
    /// RFC 8709 section 4. The public blob and the private fields:
    ///
    ///     string  "ssh-ed25519"
    ///     string  public key (32 bytes)
    ///     string  private key (32 bytes) followed by the public key        only in the private fields
    package static func ed25519() -> KeyPair {
        let algorithm = KeyAlgorithm.ed25519
        let key = Curve25519.Signing.PrivateKey()
        let publicKey = key.publicKey.rawRepresentation
        var seed = key.rawRepresentation
        defer { seed.wipe() }

        var blob = WireWriter()
        blob.string(algorithm.sshName)
        blob.string(publicKey)
        return KeyPair(algorithm, publicBlob: blob.bytes) { section in
            section.string(algorithm.sshName)
            section.string(publicKey)
            section.uint32(UInt32(seed.count + publicKey.count))
            section.raw(seed)
            section.raw(publicKey)
        }
    }
}

extension Data {
    /// Overwrites bytes that nobody else holds a reference to.
    mutating func wipe() {
        withUnsafeMutableBytes { SecretBytes.wipe($0) }
    }
}
