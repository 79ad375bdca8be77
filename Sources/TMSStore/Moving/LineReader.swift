private import Glibc

/// Reads a file line by line, in bounded memory.
final class LineReader {
    /// Read at once.
    private static let chunkBytes = 1 << 20
    /// A row has what one request brought, and that is 16 MiB at most (`body_bytes_max`).
    private let lineBytesMax: Int

    private let descriptor: Int32
    private var buffer: [UInt8] = []
    /// Where the next line begins in the buffer.
    private var start = 0
    /// Of the line that was read last, from 1.
    private(set) var number = 0

    init(path: String, lineBytesMax: Int = 32 << 20) throws {
        self.lineBytesMax = lineBytesMax
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure() }
    }

    deinit { close(descriptor) }

    /// - Returns: a line with its end; nil at the end of the file.
    /// - Throws: ``MoveError`` for a line that does not end.
    func next() throws -> [UInt8]? {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { start = end + 1 }
                number += 1
                return Array(buffer[start...end])
            }
            let length = buffer.count - start
            searched = length
            guard length <= lineBytesMax else {
                number += 1
                throw MoveError("a line of more than \(lineBytesMax) bytes")
            }
            if try readChunk() { continue }
            guard length > 0 else { return nil }
            number += 1
            throw MoveError("the file ends in the middle of a line: it was cut")
        }
    }

    /// Leaves only what is not read yet before the chunk.
    /// - Returns: false at the end of the file.
    private func readChunk() throws -> Bool {
        buffer.removeSubrange(..<start)
        start = 0
        var count = 0
        buffer += [UInt8](unsafeUninitializedCapacity: Self.chunkBytes) { bytes, initialized in
            count = read(descriptor, bytes.baseAddress, Self.chunkBytes)
            initialized = max(count, 0)
        }
        guard count >= 0 else { throw Self.failure() }
        return count > 0
    }

    private static func failure() -> MoveError { MoveError("cannot be read: \(String(cString: strerror(errno)))") }
}
