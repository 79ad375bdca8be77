private import Glibc
private import Primitives

/// Where a URL of the form http://host:port points.
struct HTTPTarget: Sendable {
    let host: String
    let port: Int
    let usesTLS: Bool

    init?(_ url: String) {
        let rest: Substring
        if url.hasPrefix("http://") {
            (rest, usesTLS) = (url.dropFirst(7), false)
        } else if url.hasPrefix("https://") {
            (rest, usesTLS) = (url.dropFirst(8), true)
        } else {
            return nil
        }
        var authority = rest.prefix { $0 != "/" }
        // [::1]:3000
        let isBracketed = authority.hasPrefix("[")
        if let end = authority.lastIndex(of: ":"), let port = Int(authority[authority.index(after: end)...]) {
            self.port = port
            authority = authority[..<end]
        } else {
            port = usesTLS ? 443 : 80
        }
        host = isBracketed ? String(authority.dropFirst().dropLast()) : String(authority)
        guard !host.isEmpty, (1...65_535).contains(port) else { return nil }
    }
}

/// An address that sockets connect to.
struct SocketAddress: Sendable {
    private let bytes: [UInt8]
    let family: Int32

    /// The first one of the name; nil when there is none. May wait for a name server.
    static func resolve(host: String, port: Int) -> SocketAddress? {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &found) == 0, let first = found else { return nil }
        defer { freeaddrinfo(found) }
        let bytes = UnsafeRawBufferPointer(start: first.pointee.ai_addr, count: Int(first.pointee.ai_addrlen))
        return SocketAddress(bytes: Array(bytes), family: first.pointee.ai_family)
    }

    /// Begins to connect a socket that does not block.
    /// - Returns: 0, or `errno`.
    func beginConnecting(_ socket: Int32) -> Int32 {
        bytes.withUnsafeBytes { bytes in
            guard let address = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return EINVAL }
            return connect(socket, address, socklen_t(bytes.count)) == 0 ? 0 : errno
        }
    }
}

/// A question over HTTP/1.1 on a connection of its own, with a deadline, on the calling thread.
enum PlainHTTP {
    struct Answer {
        let status: Int
        let body: String
    }

    private static let sizeMax = 4 << 20

    /// - Parameter deadline: by ``Monotonic``.
    /// - Returns: nil when there was no whole answer in time.
    static func get(_ path: String, host: String, at address: SocketAddress, deadline: Int) -> Answer? {
        guard case .connected(let socket) = connect(to: address, deadline: deadline) else { return nil }
        defer { close(socket) }
        let request = Array("GET \(path) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n".utf8)
        guard send(socket, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { return nil }
        var bytes: [UInt8] = []
        while bytes.count < sizeMax, wait(socket, for: POLLIN, deadline: deadline) {
            let count = withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: 1) { space in
                let count = recv(socket, space.baseAddress, space.count, 0)
                if count > 0 { bytes += space.prefix(count) }
                return count
            }
            if count == 0 { return parse(bytes) }
            if count < 0, errno != EINTR, errno != EAGAIN { return nil }
            // Servers that keep the connection although they were asked not to.
            if let answer = parse(bytes, isWhole: true) { return answer }
        }
        return nil
    }

    enum Connecting {
        case connected(Int32)
        case failed(Int32)
        case timedOut
    }

    static func connect(to address: SocketAddress, deadline: Int) -> Connecting {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let socket = Glibc.socket(address.family, kind, 0)
        guard socket >= 0 else { return .failed(errno) }
        let begun = address.beginConnecting(socket)
        if begun == 0 { return .connected(socket) }
        guard begun == EINPROGRESS else {
            close(socket)
            return .failed(begun)
        }
        guard wait(socket, for: POLLOUT, deadline: deadline) else {
            close(socket)
            return .timedOut
        }
        var (error, length) = (Int32(0), socklen_t(MemoryLayout<Int32>.size))
        getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &length)
        if error == 0 { return .connected(socket) }
        close(socket)
        return error == ETIMEDOUT ? .timedOut : .failed(error)
    }

    private static func wait(_ socket: Int32, for events: Int32, deadline: Int) -> Bool {
        while true {
            let milliseconds = (deadline - Monotonic.nanoseconds) / 1_000_000
            guard milliseconds > 0 else { return false }
            var entry = pollfd(fd: socket, events: Int16(events), revents: 0)
            let count = poll(&entry, 1, Int32(min(milliseconds, 60_000)))
            if count > 0 { return true }
            if count == 0 || errno != EINTR { return false }
        }
    }

    /// - Parameter isWhole: whether the body must be as long as its head says.
    private static func parse(_ bytes: [UInt8], isWhole: Bool = false) -> Answer? {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
        let lines = text[..<end.lowerBound].split(separator: "\r\n")
        guard let words = lines.first?.split(separator: " "), words.count >= 2, let status = Int(words[1]) else {
            return nil
        }
        let body = text[end.upperBound...]
        if isWhole {
            let length = lines.first { $0.lowercased().hasPrefix("content-length:") }
                .flatMap { Int($0.dropFirst(15).drop { $0 == " " }) }
            guard let length, body.utf8.count >= length else { return nil }
        }
        return Answer(status: status, body: String(body))
    }
}
