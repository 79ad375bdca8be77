private import Crypto

/// The name of a public key: `SHA256:` and the unpadded Base64 of the SHA-256 of its blob, as `ssh-keygen -l` prints it.
package enum Fingerprint {
    static let prefix = "SHA256:"

    package static func of(blob: [UInt8]) -> String {
        String(prefix: prefix, base64: Array(SHA256.hash(data: blob)), padded: false)
    }
}
