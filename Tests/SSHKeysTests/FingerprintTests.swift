import SSHKeys
import Testing

@Suite struct FingerprintTests {
    /// The digest is the vector of FIPS 180-4 for "abc".
    @Test func vector() {
        #expect(Fingerprint.of(blob: Array("abc".utf8)) == "SHA256:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0")
    }
}
