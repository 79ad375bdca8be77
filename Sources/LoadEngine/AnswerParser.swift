internal import NIOCore

/// Finds the end of an HTTP/1.1 answer (RFC 9112) in bytes that come in pieces of any size.
///
/// NIO's decoder takes answers only to requests that went through NIO's encoder; ours go out as bytes that were made
/// once. It also keeps no buffers between answers, which ten thousand idle users would pay for.
struct AnswerParser {
    /// Bytes of the status line and the headers.
    static let headSizeMax = 64 << 10
    /// Bytes of a body.
    static let bodySizeMax = 1 << 20

    struct Answer {
        var status: Int
        var keepsConnection: Bool
        var body: ByteBuffer
        /// Bytes that came after the answer's end, to which no request belongs.
        var surplus: Int
    }

    enum Outcome {
        case incomplete
        case complete(Answer)
        /// Why it is no answer that can be read.
        case broken(String)
    }

    private var held: ByteBuffer?
    private var head: AnswerHead?
    private var chunked: ChunkedBody?

    /// Ready for the next answer.
    mutating func reset() {
        (held, head, chunked) = (nil, nil, nil)
    }

    mutating func take(_ bytes: ByteBuffer) -> Outcome {
        if held == nil {
            held = bytes
        } else {
            var bytes = bytes
            held?.writeBuffer(&bytes)
        }
        return advance()
    }

    /// The server has closed the connection.
    /// - Returns: `incomplete` when something is missing.
    mutating func end() -> Outcome {
        guard let head, head.body == .untilClose, let held else { return .incomplete }
        return .complete(Answer(status: head.status, keepsConnection: false, body: held, surplus: 0))
    }

    private mutating func advance() -> Outcome {
        while head == nil {
            switch readHead() {
            case .none: return .incomplete
            case .some(false): return .broken("no HTTP/1 answer")
            case .some(true): break
            }
        }
        guard let head, let held else { return .incomplete }
        switch head.body {
        case .bytes(let count):
            guard count <= Self.bodySizeMax else { return .broken("longer than \(Self.bodySizeMax) bytes") }
            guard let body = held.getSlice(at: held.readerIndex, length: count) else { return .incomplete }
            return .complete(
                Answer(
                    status: head.status, keepsConnection: head.keepsConnection, body: body,
                    surplus: held.readableBytes - count))
        case .untilClose:
            guard held.readableBytes <= Self.bodySizeMax else {
                return .broken("longer than \(Self.bodySizeMax) bytes")
            }
            return .incomplete
        case .chunked:
            return advanceChunks(head)
        }
    }

    private mutating func advanceChunks(_ head: AnswerHead) -> Outcome {
        var bytes = held ?? ByteBuffer()
        var body = chunked ?? ChunkedBody()
        // Given back below: a second reference would cost a copy of the buffer.
        (held, chunked) = (nil, nil)
        let progress = body.take(&bytes)
        let surplus = bytes.readableBytes
        held = bytes
        defer { chunked = body }
        switch progress {
        case .incomplete: return .incomplete
        case .broken(let reason): return .broken(reason)
        case .complete:
            return .complete(
                Answer(
                    status: head.status, keepsConnection: head.keepsConnection, body: body.content, surplus: surplus))
        }
    }

    /// Takes a head off, and leaves an interim one (RFC 9110 section 15.2) behind.
    /// - Returns: nil when it is not complete, false when it is no head.
    private mutating func readHead() -> Bool? {
        guard let bytes = held else { return nil }
        let length = bytes.withUnsafeReadableBytes { Self.headLength($0) }
        guard let length else {
            return bytes.readableBytes > Self.headSizeMax || !Self.canBegin(bytes) ? false : nil
        }
        let parsed = bytes.withUnsafeReadableBytes { AnswerHead(UnsafeRawBufferPointer(rebasing: $0[..<length])) }
        guard let parsed else { return false }
        held?.moveReaderIndex(forwardBy: length)
        if parsed.status >= 200 { head = parsed }
        return true
    }

    private static func canBegin(_ bytes: ByteBuffer) -> Bool {
        zip(bytes.readableBytesView, "HTTP/1.".utf8).allSatisfy { $0 == $1 }
    }

    /// Up to and including the empty line; nil when there is none yet.
    private static func headLength(_ bytes: UnsafeRawBufferPointer) -> Int? {
        let (cr, lf) = (UInt8(ascii: "\r"), UInt8(ascii: "\n"))
        var index = 3
        while index < bytes.count {
            if bytes[index] == lf && bytes[index - 1] == cr && bytes[index - 2] == lf && bytes[index - 3] == cr {
                return index + 1
            }
            // A byte that is none of the four lies behind all of them.
            index += bytes[index] == lf || bytes[index] == cr ? 1 : 4
        }
        return nil
    }
}

/// Puts a chunked body together (RFC 9112 section 7.1).
struct ChunkedBody {
    /// Bytes of one line between chunks: a length, an extension, a trailer.
    static let lineSizeMax = 4096

    enum Progress: Equatable {
        case incomplete, complete
        case broken(String)
    }

    private enum Place {
        case size
        case data(Int)
        case dataEnd, trailer
    }

    private(set) var content = ByteBuffer()
    private var place = Place.size

    mutating func take(_ bytes: inout ByteBuffer) -> Progress {
        while true {
            switch place {
            case .data(let left):
                let count = min(left, bytes.readableBytes)
                if count > 0, var part = bytes.readSlice(length: count) { content.writeBuffer(&part) }
                guard count == left else {
                    bytes.discardReadBytes()
                    place = .data(left - count)
                    return .incomplete
                }
                place = .dataEnd
            case .size, .dataEnd, .trailer:
                guard let line = Self.readLine(&bytes) else {
                    return bytes.readableBytes > Self.lineSizeMax ? .broken("a chunk's line is too long") : .incomplete
                }
                if let end = take(line: line) { return end }
            }
        }
    }

    private mutating func take(line: ByteBuffer) -> Progress? {
        switch place {
        case .dataEnd:
            guard line.readableBytes == 0 else { return .broken("a chunk is longer than it said") }
            place = .size
        case .trailer:
            if line.readableBytes == 0 { return .complete }
        case .size, .data:
            let digits = line.readableBytesView.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") }
            guard digits.count <= 8, let size = Int(String(decoding: digits, as: UTF8.self), radix: 16), size >= 0
            else {
                return .broken("a chunk without a length")
            }
            guard content.readableBytes + size <= AnswerParser.bodySizeMax else {
                return .broken("longer than \(AnswerParser.bodySizeMax) bytes")
            }
            place = size == 0 ? .trailer : .data(size)
        }
        return nil
    }

    /// Without its CR LF.
    private static func readLine(_ bytes: inout ByteBuffer) -> ByteBuffer? {
        guard let end = bytes.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        guard let line = bytes.readSlice(length: end - bytes.readerIndex) else { return nil }
        bytes.moveReaderIndex(forwardBy: 1)
        let hasReturn = line.readableBytesView.last == UInt8(ascii: "\r")
        return hasReturn ? line.getSlice(at: line.readerIndex, length: line.readableBytes - 1) : line
    }
}
