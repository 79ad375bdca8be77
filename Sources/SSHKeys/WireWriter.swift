internal import Primitives

/// Writes the data types of SSH (RFC 4251 section 5) into a buffer that can be wiped.
///
/// Its room is reserved at the start: growing would leave a copy of private material behind in freed memory.
struct WireWriter: ~Copyable {
    /// Enough for the container of an RSA key of 4,096 bits, the largest we make (about 3,300 bytes).
    static let capacity = 4096

    private(set) var bytes: [UInt8] = []

    init() {
        bytes.reserveCapacity(Self.capacity)
    }

    deinit {
        // Not through a mutable copy: that would share the bytes until written to, and the wipe would hit a new buffer.
        bytes.withUnsafeBytes { SecretBytes.wipe(UnsafeMutableRawBufferPointer(mutating: $0)) }
    }

    mutating func uint32(_ number: UInt32) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// `string`: a length and that many bytes.
    mutating func string(_ content: some Collection<UInt8>) {
        uint32(UInt32(content.count))
        bytes.append(contentsOf: content)
    }

    mutating func string(_ text: String) {
        string(text.utf8)
    }

    /// `mpint` of a positive number, given in big-endian order without leading zero bytes.
    ///
    /// An mpint is signed: a zero byte goes before a number whose top bit is set.
    mutating func mpint(_ magnitude: ArraySlice<UInt8>) {
        let needsZero = (magnitude.first ?? 0) >= 0x80
        uint32(UInt32(magnitude.count + (needsZero ? 1 : 0)))
        if needsZero { bytes.append(0) }
        bytes.append(contentsOf: magnitude)
    }

    /// Bytes without a length before them.
    mutating func raw(_ content: some Collection<UInt8>) {
        bytes.append(contentsOf: content)
    }
}
