import Foundation
import Primitives
import SSHKeys
import Testing

@Suite struct KeyPairTests {
    @Test(arguments: [(KeyAlgorithm.ed25519, 100), (.ecdsa, 20), (.rsa, 3)])
    func sshKeygenReadsIt(algorithm: KeyAlgorithm, count: Int) throws {
        try withTemporaryFolder { folder in
            for number in 0..<count {
                let pair = try KeyPair.generate(algorithm)
                #expect(pair.algorithm == algorithm)
                let path = "\(folder)/\(number)"
                let file = pair.privateKey.withUnsafeBytes { Data($0) }
                // ssh-keygen refuses a private key that others may read.
                let mode: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
                try #require(FileManager.default.createFile(atPath: path, contents: file, attributes: mode))
                let derived = try SSHKeygen.run("-y", "-f", path)
                #expect(derived.status == 0)
                #expect(derived.output == pair.publicLine)
                try pair.publicLine.write(toFile: path + ".pub", atomically: false, encoding: .utf8)
                #expect(try SSHKeygen.list(path + ".pub") == ["\(algorithm.bits)", pair.fingerprint])
            }
        }
    }

    @Test func pairsDiffer() throws {
        let pairs = try (0..<50).map { _ in try KeyPair.generate(.ed25519) }
        #expect(Set(pairs.map(\.fingerprint)).count == pairs.count)
    }

    @Test func printsNoPrivateKey() throws {
        let pair = try KeyPair.generate(.ed25519)
        var dumped = ""
        dump(pair, to: &dumped)
        for text in ["\(pair)", String(reflecting: pair), dumped] {
            #expect(text.contains("***"))
            #expect(!text.contains("PRIVATE KEY"))
        }
    }
}
