/// Reads one HTTP/1.1 answer as it comes in. Keeps the head only; of the body it counts the bytes.
struct Answer {
    enum Progress: Equatable {
        case incomplete
        case complete
        /// Not what this generator understands.
        case malformed(String)
    }

    /// A longer head is malformed.
    static let headMax = 16_384

    private(set) var status = 0
    private(set) var closesConnection = false
    /// nil before the head has ended; then what is missing of the body.
    private var bodyMissing: Int?
    /// Where the search for the head's end goes on.
    private var searched = 0

    /// - Parameter input: what has come since the answer's beginning, or, once the head has ended, the newest bytes.
    /// - Returns: how many of them are used up: none before the head's end, so that they must be kept.
    mutating func read(_ input: UnsafeRawBufferPointer) -> (used: Int, progress: Progress) {
        var used = 0
        if bodyMissing == nil {
            guard let headEnd = findHeadEnd(in: input) else {
                return (0, input.count < Self.headMax ? .incomplete : .malformed("the answer's head is too long"))
            }
            if let problem = readHead(UnsafeRawBufferPointer(rebasing: input[..<headEnd])) {
                return (headEnd, .malformed(problem))
            }
            used = headEnd
        }
        let missing = (bodyMissing ?? 0) - (input.count - used)
        guard missing >= 0 else { return (input.count, .malformed("more bytes came than the answer has")) }
        bodyMissing = missing
        return (input.count, missing == 0 ? .complete : .incomplete)
    }

    private mutating func findHeadEnd(in input: UnsafeRawBufferPointer) -> Int? {
        var position = searched
        while position + 4 <= input.count {
            // CR LF CR LF
            if input.loadUnaligned(fromByteOffset: position, as: UInt32.self) == 0x0A0D_0A0D { return position + 4 }
            position += 1
        }
        searched = position
        return nil
    }

    /// - Returns: what is wrong with it, if anything is.
    private mutating func readHead(_ head: UnsafeRawBufferPointer) -> String? {
        // HTTP/1.1 200
        guard head.count >= 13, head.starts(with: "HTTP/1.1 ".utf8) else { return "the answer is not HTTP/1.1" }
        status = head[9..<12].reduce(0) { $0 * 10 + Int($1) - 48 }
        guard (200...599).contains(status) else { return "the answer has no final status" }
        var length: Int?
        var rest = head[...]
        while let lineEnd = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let line = rest[..<lineEnd]
            rest = rest[(lineEnd + 1)...]
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let (name, value) = (line[..<colon], line[(colon + 1)...])
            if name.isWord("content-length") {
                length = value.number
                if length == nil { return "Content-Length is no number" }
            } else if name.isWord("connection") {
                closesConnection = value.trimmed.isWord("close")
            } else if name.isWord("transfer-encoding") {
                return "Transfer-Encoding is not understood here"
            }
        }
        if status == 204 || status == 304 { length = 0 }
        guard let length else { return "the answer has no Content-Length" }
        bodyMissing = length
        return nil
    }
}

extension Slice<UnsafeRawBufferPointer> {
    /// Without regard to case; `word` is in lower case.
    fileprivate func isWord(_ word: StaticString) -> Bool {
        guard count == word.utf8CodeUnitCount else { return false }
        for (offset, byte) in enumerated() where byte | 0x20 != word.utf8Start[offset] { return false }
        return true
    }

    /// Without the blanks and the CR around a header's value.
    fileprivate var trimmed: Self {
        var (start, end) = (startIndex, endIndex)
        while start < end, self[start] <= UInt8(ascii: " ") { start += 1 }
        while end > start, self[end - 1] <= UInt8(ascii: " ") { end -= 1 }
        return self[start..<end]
    }

    fileprivate var number: Int? {
        let digits = trimmed
        // More digits than a length has: it would overflow.
        guard (1...15).contains(digits.count) else { return nil }
        var number = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            number = number * 10 + Int(digit) - 48
        }
        return number
    }
}
