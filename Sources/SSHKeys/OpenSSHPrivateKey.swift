internal import Primitives

/// The file that `ssh -i` reads (OpenSSH's PROTOCOL.key), unencrypted and with an empty comment:
///
///     "openssh-key-v1\0"
///     string  ciphername            "none"
///     string  kdfname               "none"
///     string  kdfoptions            ""
///     uint32  number of keys        1
///     string  public key blob
///     string  private section:
///         uint32  checkint          random, the same number twice
///         uint32  checkint
///         byte[]  private key fields, per algorithm
///         string  comment           ""
///         byte[]  padding           1, 2, 3 … to a multiple of 8
///
/// in Base64, 70 characters a line, between two lines of dashes.
enum OpenSSHPrivateKey {
    static let header = "-----BEGIN OPENSSH PRIVATE KEY-----\n"
    static let footer = "\n-----END OPENSSH PRIVATE KEY-----\n"
    static let lineLength = 70
    private static let magic = "openssh-key-v1\0"
    private static let blockSize = 8

    /// - Parameter privateFields: writes the algorithm's fields of the private section.
    static func text(publicBlob: [UInt8], privateFields: (inout WireWriter) -> Void) -> SecretBytes {
        var container = WireWriter()
        container.raw(magic.utf8)
        container.string("none")
        container.string("none")
        container.string("")
        container.uint32(1)
        container.string(publicBlob)
        let section = privateSection(privateFields)
        container.string(section.bytes)
        return armored(container.bytes)
    }

    private static func privateSection(_ fields: (inout WireWriter) -> Void) -> WireWriter {
        var section = WireWriter()
        let check = UInt32.random(in: .min ... .max)
        section.uint32(check)
        section.uint32(check)
        fields(&section)
        section.string("")
        let missing = (blockSize - section.bytes.count % blockSize) % blockSize
        section.raw((0..<missing).map { UInt8($0 + 1) })
        return section
    }

    private static func armored(_ bytes: [UInt8]) -> SecretBytes {
        let characters = Base64Encoder.encodedCount(bytes.count)
        let lineFeeds = (characters - 1) / lineLength
        let count = header.utf8.count + characters + lineFeeds + footer.utf8.count
        return SecretBytes(count: count) { text in
            text.copyBytes(from: header.utf8)
            var encoder = Base64Encoder(into: text, at: header.utf8.count, lineLength: lineLength)
            bytes.withUnsafeBytes { encoder.encode($0) }
            UnsafeMutableRawBufferPointer(rebasing: text[encoder.count...]).copyBytes(from: footer.utf8)
        }
    }
}
