import Foundation
import Primitives
import SSHKeys
import Testing

/// Every byte of the private key's file, read apart from the code that writes it.
@Suite struct OpenSSHPrivateKeyTests {
    @Test(arguments: KeyAlgorithm.allCases)
    func everyFieldIsExact(algorithm: KeyAlgorithm) throws {
        let pair = try KeyPair.generate(algorithm)
        let container = Blob(try Self.unarmored(pair.privateKey))
        #expect(container.read(15) == Array("openssh-key-v1\0".utf8))
        #expect(container.readString() == Array("none".utf8))
        #expect(container.readString() == Array("none".utf8))
        #expect(container.readString() == [])
        #expect(container.readNumber() == 1)
        let publicBlob = Blob(try #require(container.readString()))
        #expect("\(algorithm.sshName) \(publicBlob.base64)" == pair.publicLine)
        let section = try #require(container.readString())
        #expect(container.rest.isEmpty)
        try Self.check(section: section, of: algorithm, publicBlob: publicBlob)
    }

    private static func check(section bytes: [UInt8], of algorithm: KeyAlgorithm, publicBlob: Blob) throws {
        let section = Blob(bytes)
        #expect(bytes.count.isMultiple(of: 8))
        let check = try #require(section.readNumber())
        #expect(section.readNumber() == check)
        let name = Array(algorithm.sshName.utf8)
        #expect(section.readString() == name)
        #expect(publicBlob.readString() == name)
        switch algorithm {
        case .ed25519:
            let key = try #require(publicBlob.readString())
            #expect(key.count == 32)
            #expect(section.readString() == key)
            let both = try #require(section.readString())
            #expect(both.count == 64 && Array(both.suffix(32)) == key)
        case .ecdsa:
            let fields = [publicBlob.readString(), publicBlob.readString()]
            #expect(fields[0] == Array("nistp521".utf8))
            #expect(fields[1]?.count == 133 && fields[1]?.first == 4)
            #expect([section.readString(), section.readString()] == fields)
            let scalar = try #require(section.readString())
            #expect(scalar.count == 66 && scalar[0] <= 1)
        case .rsa:
            let exponent = publicBlob.readString()
            let modulus = publicBlob.readString()
            #expect(exponent == [1, 0, 1])
            #expect(modulus?.count == 513)
            #expect([section.readString(), section.readString()] == [modulus, exponent])
            for _ in ["d", "iqmp", "p", "q"] {
                // RFC 4251 section 5: positive, and a leading zero only before a set top bit.
                let number = try #require(section.readString())
                #expect(number[0] < 0x80 && (number[0] != 0 || number[1] >= 0x80))
            }
        }
        #expect(publicBlob.rest.isEmpty)
        #expect(section.readString() == [])
        let padding = section.rest
        #expect(padding.count < 8)
        #expect(padding == padding.indices.map { UInt8($0 + 1) })
    }

    /// The bytes behind the text, of which every line is looked at.
    private static func unarmored(_ file: SecretBytes) throws -> [UInt8] {
        let text = file.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.first == "-----BEGIN OPENSSH PRIVATE KEY-----")
        #expect(lines.suffix(2) == ["-----END OPENSSH PRIVATE KEY-----", ""])
        let body = lines.dropFirst().dropLast(2)
        #expect(body.dropLast().allSatisfy { $0.utf8.count == 70 })
        #expect((1...70).contains(body.last?.utf8.count ?? 0))
        return Array(try #require(Data(base64Encoded: body.joined())))
    }

    @Test func checkNumberIsRandom() throws {
        let numbers = try (0..<20).map { _ in
            try Self.unarmored(try KeyPair.generate(.ed25519).privateKey)[98..<102].map { $0 }
        }
        #expect(Set(numbers).count > 15)
    }
}
