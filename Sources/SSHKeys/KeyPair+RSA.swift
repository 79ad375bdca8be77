private import Crypto
private import CryptoExtras
private import FoundationEssentials
internal import Primitives
internal import SwiftASN1

extension KeyPair {
    /// RFC 4253 section 6.6. The public blob and the private fields:
    ///
    ///     string  "ssh-rsa"           string  "ssh-rsa"
    ///     mpint   e                   mpint   n, e, d
    ///     mpint   n                   mpint   iqmp, p, q
    static func rsa() throws -> KeyPair {
        let algorithm = KeyAlgorithm.rsa
        var data = try _RSA.Signing.PrivateKey(keySize: .bits4096).derRepresentation
        var der = Array(data)
        data.wipe()
        defer { der.withUnsafeMutableBytes { SecretBytes.wipe($0) } }
        let numbers = try RSAPrivateKey(derEncoded: der)

        var blob = WireWriter()
        blob.string(algorithm.sshName)
        blob.mpint(numbers.publicExponent)
        blob.mpint(numbers.modulus)
        return KeyPair(algorithm, publicBlob: blob.bytes) { section in
            section.string(algorithm.sshName)
            section.mpint(numbers.modulus)
            section.mpint(numbers.publicExponent)
            section.mpint(numbers.privateExponent)
            section.mpint(numbers.coefficient)
            section.mpint(numbers.prime1)
            section.mpint(numbers.prime2)
        }
    }
}

/// PKCS #1 (RFC 8017 appendix A.1.2). SwiftASN1 hands out each number without the
/// zero byte that DER puts before a set top bit; `WireWriter.mpint` puts it back.
///
///     RSAPrivateKey ::= SEQUENCE {
///         version Version, modulus INTEGER, publicExponent INTEGER, privateExponent INTEGER,
///         prime1 INTEGER, prime2 INTEGER, exponent1 INTEGER, exponent2 INTEGER, coefficient INTEGER }
private struct RSAPrivateKey {
    let modulus: ArraySlice<UInt8>
    let publicExponent: ArraySlice<UInt8>
    let privateExponent: ArraySlice<UInt8>
    let prime1: ArraySlice<UInt8>
    let prime2: ArraySlice<UInt8>
    let coefficient: ArraySlice<UInt8>

    init(derEncoded der: [UInt8]) throws {
        self = try DER.sequence(try DER.parse(der), identifier: .sequence) { numbers in
            _ = try Int(derEncoded: &numbers)
            let modulus = try ArraySlice<UInt8>(derEncoded: &numbers)
            let publicExponent = try ArraySlice<UInt8>(derEncoded: &numbers)
            let privateExponent = try ArraySlice<UInt8>(derEncoded: &numbers)
            let prime1 = try ArraySlice<UInt8>(derEncoded: &numbers)
            let prime2 = try ArraySlice<UInt8>(derEncoded: &numbers)
            _ = try ArraySlice<UInt8>(derEncoded: &numbers)
            _ = try ArraySlice<UInt8>(derEncoded: &numbers)
            return RSAPrivateKey(
                modulus: modulus, publicExponent: publicExponent, privateExponent: privateExponent,
                prime1: prime1, prime2: prime2, coefficient: try ArraySlice<UInt8>(derEncoded: &numbers))
        }
    }

    private init(
        modulus: ArraySlice<UInt8>, publicExponent: ArraySlice<UInt8>, privateExponent: ArraySlice<UInt8>,
        prime1: ArraySlice<UInt8>, prime2: ArraySlice<UInt8>, coefficient: ArraySlice<UInt8>
    ) {
        self.modulus = modulus
        self.publicExponent = publicExponent
        self.privateExponent = privateExponent
        self.prime1 = prime1
        self.prime2 = prime2
        self.coefficient = coefficient
    }
}
