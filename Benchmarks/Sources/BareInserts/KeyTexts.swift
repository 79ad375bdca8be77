/// The texts of a key as they are stored, of random bits: as long as true ones, and as scattered in an index.
struct KeyTexts {
    static let fingerprintLength = fingerprintStart.count + digits

    private(set) var fingerprint = fingerprintStart
    private(set) var publicKey = publicKeyStart

    private static let fingerprintStart = Array("SHA256:".utf8)
    private static let publicKeyStart = Array("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI".utf8)
    /// Of 32 bytes in base 64.
    private static let digits = 43
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// Drawing from the system's source would cost as much as the row.
    init(_ random: inout XorShift) {
        Self.append(to: &fingerprint, &random)
        Self.append(to: &publicKey, &random)
    }

    private static func append(to text: inout [UInt8], _ random: inout XorShift) {
        text.reserveCapacity(text.count + digits)
        var bits = random.next()
        for place in 0..<digits {
            if place % 10 == 0 { bits = random.next() }
            text.append(alphabet[Int(bits & 63)])
            bits >>= 6
        }
    }
}

struct XorShift {
    private var state = UInt64.random(in: 1...UInt64.max)

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
