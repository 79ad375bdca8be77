internal import Primitives

/// New secrets of clients and administrators, and one-time passwords: 24 bytes of the operating system's random numbers
/// as 48 lower-case hexadecimal digits (contract 2.3).
enum Secret {
    private static let byteCount = 24

    static func make() -> SecretBytes {
        var generator = SystemRandomNumberGenerator()
        return SecretBytes(count: 2 * byteCount) { text in
            let digits: StaticString = "0123456789abcdef"
            for index in 0..<byteCount {
                let byte = Int(generator.next() as UInt8)
                text[2 * index] = digits.utf8Start[byte >> 4]
                text[2 * index + 1] = digits.utf8Start[byte & 15]
            }
        }
    }
}
