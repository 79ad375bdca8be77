import Glibc

struct Request {
    let method: Substring
    let path: Substring
    /// When its last byte had come.
    let receivedAt: Int
    let closes: Bool
}

/// Takes requests off a connection, one after the other. Knows of HTTP/1.1 what load testers send: a head, and a body
/// whose length is given.
struct RequestReader {
    private let socket: Int32
    private var buffer: [UInt8] = []
    /// Heads and bodies longer than this are not ours.
    private static let sizeMax = 64 << 10

    init(_ socket: Int32) {
        self.socket = socket
    }

    /// Waits for the next one.
    /// - Returns: nil when the caller has gone or sent what is no request.
    mutating func next() -> Request? {
        while true {
            if let request = take() { return request }
            guard buffer.count < Self.sizeMax, receive() else { return nil }
        }
    }

    private mutating func receive() -> Bool {
        withUnsafeTemporaryAllocation(byteCount: 8 << 10, alignment: 1) { space in
            var count = recv(socket, space.baseAddress, space.count, 0)
            while count < 0, errno == EINTR { count = recv(socket, space.baseAddress, space.count, 0) }
            guard count > 0 else { return false }
            buffer += space.prefix(count)
            return true
        }
    }

    private mutating func take() -> Request? {
        guard let headEnd = headEnd() else { return nil }
        let lines = String(decoding: buffer[..<headEnd], as: UTF8.self).split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count == 3 else { return nil }
        var (length, closes) = (0, false)
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            switch line[..<colon].lowercased() {
            case "content-length": length = Int(value) ?? 0
            case "connection": closes = value.lowercased() == "close"
            default: break
            }
        }
        guard buffer.count >= headEnd + length else { return nil }
        buffer.removeFirst(headEnd + length)
        return Request(method: words[0], path: words[1], receivedAt: Moment.now, closes: closes)
    }

    /// Where the empty line after the head ends.
    private func headEnd() -> Int? {
        guard buffer.count >= 4 else { return nil }
        for end in 4...buffer.count where buffer[end - 1] == 10 && buffer[end - 2] == 13 {
            if buffer[end - 3] == 10, buffer[end - 4] == 13 { return end }
        }
        return nil
    }
}
