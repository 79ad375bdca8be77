/// Base64 (RFC 4648 section 4) into memory of the caller's, so that private material passes through no other.
struct Base64Encoder: ~Copyable {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")

    private let output: UnsafeMutableRawBufferPointer
    private(set) var count: Int
    private let lineLength: Int
    private var column = 0

    /// - Parameters:
    ///   - offset: where in `output` to begin.
    ///   - lineLength: characters after which a line feed is put in; lines need not end at a group of four.
    init(into output: UnsafeMutableRawBufferPointer, at offset: Int = 0, lineLength: Int = .max) {
        self.output = output
        count = offset
        self.lineLength = lineLength
    }

    /// Characters that `byteCount` bytes take without line feeds.
    static func encodedCount(_ byteCount: Int, padded: Bool = true) -> Int {
        padded ? (byteCount + 2) / 3 * 4 : (byteCount * 8 + 5) / 6
    }

    /// Encodes all of the input; a second call would not continue the first one's last group.
    mutating func encode(_ input: UnsafeRawBufferPointer, padded: Bool = true) {
        Self.alphabet.withUnsafeBufferPointer { alphabet in
            var index = 0
            while index + 3 <= input.count {
                let group = UInt32(input[index]) << 16 | UInt32(input[index + 1]) << 8 | UInt32(input[index + 2])
                put(alphabet[Int(group >> 18)])
                put(alphabet[Int(group >> 12 & 63)])
                put(alphabet[Int(group >> 6 & 63)])
                put(alphabet[Int(group & 63)])
                index += 3
            }
            let rest = input.count - index
            guard rest > 0 else { return }
            let group = UInt32(input[index]) << 16 | (rest == 2 ? UInt32(input[index + 1]) << 8 : 0)
            put(alphabet[Int(group >> 18)])
            put(alphabet[Int(group >> 12 & 63)])
            if rest == 2 { put(alphabet[Int(group >> 6 & 63)]) }
            if padded { for _ in rest..<3 { put(Self.padding) } }
        }
    }

    private mutating func put(_ character: UInt8) {
        if column == lineLength {
            output[count] = UInt8(ascii: "\n")
            count += 1
            column = 0
        }
        output[count] = character
        count += 1
        column += 1
    }
}

extension String {
    /// `prefix` and the Base64 of `bytes` behind it.
    init(prefix: String, base64 bytes: [UInt8], padded: Bool = true) {
        let prefixCount = prefix.utf8.count
        let count = prefixCount + Base64Encoder.encodedCount(bytes.count, padded: padded)
        self.init(unsafeUninitializedCapacity: count) { buffer in
            _ = buffer.update(fromContentsOf: prefix.utf8)
            var encoder = Base64Encoder(into: UnsafeMutableRawBufferPointer(buffer), at: prefixCount)
            bytes.withUnsafeBytes { encoder.encode($0, padded: padded) }
            return encoder.count
        }
    }
}
