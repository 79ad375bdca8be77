internal import NIOCore

/// The status line and the headers that say where an answer ends.
struct AnswerHead: Equatable {
    enum BodyLength: Equatable {
        case bytes(Int)
        case chunked
        /// The server closes the connection after it.
        case untilClose
    }

    var status = 0
    var body = BodyLength.untilClose
    /// Whether the connection can be used again.
    var keepsConnection = true

    /// - Parameter bytes: up to and including the empty line.
    /// - Returns: nil when it is not HTTP/1.
    init?(_ bytes: UnsafeRawBufferPointer) {
        // "HTTP/1.1 200"
        guard bytes.count >= 16, bytes.starts(with: "HTTP/1.".utf8), bytes[8] == UInt8(ascii: " ") else { return nil }
        for byte in bytes[9..<12] {
            guard let digit = Self.digit(byte) else { return nil }
            status = status * 10 + digit
        }
        guard 100...599 ~= status else { return nil }
        keepsConnection = bytes[7] != UInt8(ascii: "0")
        var start = Self.endOfLine(bytes, from: 0)
        while start < bytes.count {
            let end = Self.endOfLine(bytes, from: start)
            guard read(line: UnsafeRawBufferPointer(rebasing: bytes[start..<end])) else { return nil }
            start = end
        }
        // RFC 9112 section 6.3.
        if status < 200 || status == 204 || status == 304 { body = .bytes(0) }
        if body == .untilClose { keepsConnection = false }
    }

    /// - Returns: false when the line contradicts itself or another.
    private mutating func read(line: UnsafeRawBufferPointer) -> Bool {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return true }
        let name = UnsafeRawBufferPointer(rebasing: line[..<colon])
        let value = line[(colon + 1)...]
        if Self.equals(name, "content-length") {
            var length = 0
            var digits = 0
            for byte in value where byte > 32 {
                guard let digit = Self.digit(byte), length <= 1 << 40 else { return false }
                length = length * 10 + digit
                digits += 1
            }
            guard digits > 0 else { return false }
            if case .bytes(let earlier) = body, earlier != length { return false }
            if body != .chunked { body = .bytes(length) }
        } else if Self.equals(name, "transfer-encoding") {
            guard Self.contains(value, "chunked") else { return false }
            body = .chunked
        } else if Self.equals(name, "connection") {
            if Self.contains(value, "close") { keepsConnection = false }
            if Self.contains(value, "keep-alive") { keepsConnection = true }
        }
        return true
    }

    private static func digit(_ byte: UInt8) -> Int? {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") ? Int(byte - UInt8(ascii: "0")) : nil
    }

    /// The index after the line feed.
    private static func endOfLine(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var index = start
        while index < bytes.count && bytes[index] != UInt8(ascii: "\n") { index += 1 }
        return min(index + 1, bytes.count)
    }

    /// Without regard to case; `name` is in lower case.
    private static func equals(_ bytes: UnsafeRawBufferPointer, _ name: StaticString) -> Bool {
        guard bytes.count == name.utf8CodeUnitCount else { return false }
        for index in 0..<bytes.count where bytes[index] | 0x20 != name.utf8Start[index] | 0x20 { return false }
        return true
    }

    private static func contains(_ bytes: Slice<UnsafeRawBufferPointer>, _ word: StaticString) -> Bool {
        guard bytes.count >= word.utf8CodeUnitCount else { return false }
        for start in bytes.startIndex...(bytes.endIndex - word.utf8CodeUnitCount) {
            let part = UnsafeRawBufferPointer(rebasing: bytes[start..<(start + word.utf8CodeUnitCount)])
            if equals(part, word) { return true }
        }
        return false
    }
}
