private import Crypto
private import FoundationEssentials
internal import Primitives

extension KeyPair {
    /// RFC 5656 section 3.1 on NIST P-521. The public blob and the private fields:
    ///
    ///     string  "ecdsa-sha2-nistp521"
    ///     string  "nistp521"
    ///     string  Q, the uncompressed point (133 bytes)
    ///     mpint   the private scalar                                      only in the private fields
    ///
    /// The scalar is written as a string of always 66 bytes, as the reference does, and not as the shortest mpint;
    /// OpenSSH reads it either way.
    static func ecdsa() -> KeyPair {
        let algorithm = KeyAlgorithm.ecdsa
        // Compact representation is a promise about the point that SSH has no use for, and takes twice the time.
        let key = P521.Signing.PrivateKey(compactRepresentable: false)
        let point = key.publicKey.x963Representation
        var scalar = key.rawRepresentation
        defer { scalar.wipe() }

        func publicFields(_ writer: inout WireWriter) {
            writer.string(algorithm.sshName)
            writer.string("nistp521")
            writer.string(point)
        }
        var blob = WireWriter()
        publicFields(&blob)
        return KeyPair(algorithm, publicBlob: blob.bytes) { section in
            publicFields(&section)
            section.string(scalar)
        }
    }
}
