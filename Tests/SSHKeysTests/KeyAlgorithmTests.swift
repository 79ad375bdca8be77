import SSHKeys
import Testing

@Suite struct KeyAlgorithmTests {
    @Test(arguments: [
        ("", KeyAlgorithm.ed25519), ("DEFAULT", .ed25519), ("default", .ed25519), ("ED25519", .ed25519),
        ("Ed25519", .ed25519), ("ssh-ed25519", .ed25519), ("ECDSA", .ecdsa), ("ecdsa", .ecdsa),
        ("ecdsa-sha2-nistp521", .ecdsa), ("RSA", .rsa), ("rsa", .rsa), ("ssh-rsa", .rsa), ("rsa-sha2-256", .rsa),
        ("rsa-sha2-512", .rsa),
    ])
    func named(name: String, algorithm: KeyAlgorithm) {
        #expect(KeyAlgorithm(named: name) == algorithm)
    }

    /// A typing error must not quietly give another kind of key.
    @Test(arguments: [
        "ed2551", "ed448", "dsa", " rsa", "rsa ", "ecdsa-sha2-nistp256", "ssh-ed25519-cert-v01@openssh.com",
    ])
    func notNamed(name: String) {
        #expect(KeyAlgorithm(named: name) == nil)
    }

    @Test(arguments: [
        (KeyAlgorithm.ed25519, "ed25519", 256, "ssh-ed25519"), (.ecdsa, "ecdsa", 521, "ecdsa-sha2-nistp521"),
        (.rsa, "rsa", 4096, "ssh-rsa"),
    ])
    func facts(algorithm: KeyAlgorithm, rawValue: String, bits: Int, sshName: String) {
        #expect(algorithm.rawValue == rawValue)
        #expect(Int(algorithm.bits) == bits)
        #expect(algorithm.sshName == sshName)
    }

    @Test func choicesNameEveryAlgorithm() {
        for algorithm in KeyAlgorithm.allCases {
            #expect(KeyAlgorithm.choices.contains(algorithm.rawValue.uppercased()))
        }
    }
}
