import Foundation

/// Builds and takes apart the `string`s of SSH (RFC 4251 section 5), written apart from the sources under test.
final class Blob {
    private(set) var bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    init(strings: [[UInt8]]) {
        bytes = strings.flatMap { string in withUnsafeBytes(of: UInt32(string.count).bigEndian) { Array($0) } + string }
    }

    var base64: String { Data(bytes).base64EncodedString() }

    /// What was not read yet.
    var rest: [UInt8] { Array(bytes[position...]) }

    /// Nil at the end of the bytes.
    func read(_ count: Int) -> [UInt8]? {
        guard bytes.count - position >= count else { return nil }
        defer { position += count }
        return Array(bytes[position..<position + count])
    }

    func readNumber() -> UInt32? {
        read(4)?.reduce(0) { $0 << 8 | UInt32($1) }
    }

    func readString() -> [UInt8]? {
        readNumber().flatMap { read(Int($0)) }
    }
}
