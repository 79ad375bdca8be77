internal import Crypto
internal import FoundationEssentials
internal import SwiftASN1
internal import X509

/// A certificate for this machine, so that a new installation speaks TLS at once. Callers need `cert.pem` to trust it;
/// an operator replaces both files by ones of a certification authority.
enum SelfSignedCertificate {
    static let validDays = 825

    /// - Returns: the certificate and its key, in PEM.
    static func make(hostName: String, now: Date = Date()) throws -> (certificate: String, key: String) {
        let key = P256.Signing.PrivateKey()
        let name = try DistinguishedName { CommonName(hostName) }
        var names: [GeneralName] = ["localhost", hostName].reduce(into: []) { names, name in
            if !names.contains(.dnsName(name)) { names.append(.dnsName(name)) }
        }
        let ipv6Loopback: [UInt8] = Array(repeating: 0, count: 15) + [1]
        names.append(.ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1])))
        names.append(.ipAddress(ASN1OctetString(contentBytes: ipv6Loopback[...])))
        let certificate = try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: .init(key.publicKey),
            // A day of leeway for clocks that run behind.
            notValidBefore: now.addingTimeInterval(-86_400),
            notValidAfter: now.addingTimeInterval(Double(validDays) * 86_400),
            issuer: name,
            subject: name,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(digitalSignature: true, keyCertSign: true))
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames(names)
            },
            issuerPrivateKey: .init(key))
        return (try certificate.serializeAsPEM().pemString + "\n", key.pemRepresentation + "\n")
    }
}
