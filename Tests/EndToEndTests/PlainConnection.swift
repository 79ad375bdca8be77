import Foundation
import TestSupport

/// A connection to the server by a blocking socket, for tests whose load an HTTP client library would limit: it
/// neither pools, nor retries, nor parses more than it must. One thread at a time.
final class PlainConnection {
    private static let answerMax = 65_536

    private let socket: Int32
    private let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: answerMax)

    /// - Parameter secondsMax: for an answer; a server that hangs is an error.
    init(port: Int, secondsMax: Int = 30) throws {
        socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let isConnected = withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else { throw Self.failure("connect") }
        var time = timeval(tv_sec: secondsMax, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        var yes: Int32 = 1
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit {
        close(socket)
        buffer.deallocate()
    }

    /// Good until the next request.
    struct Answer {
        let status: Int
        /// Head and body, ended by a zero.
        fileprivate let bytes: UnsafePointer<CChar>

        var text: String { String(cString: bytes) }

        /// The fingerprint of a created key, `SHA256:` and 43 characters.
        var fingerprint: [UInt8]? {
            guard
                let name = strstr(bytes, "\"public_key_fingerprint\""), let start = strstr(name, "SHA256:"),
                strlen(start) > PlainConnection.fingerprintLength
            else { return nil }
            return Array(UnsafeRawBufferPointer(start: start, count: PlainConnection.fingerprintLength))
        }
    }

    static let fingerprintLength = 50

    /// Sends a request, head and body in one, and reads its answer.
    func send(_ request: [UInt8]) throws -> Answer {
        guard Foundation.send(socket, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
            throw Self.failure("send")
        }
        let text = UnsafePointer(buffer)
        var (count, expected) = (0, Int.max)
        while count < expected {
            let received = recv(socket, buffer + count, Self.answerMax - count - 1, 0)
            guard received > 0 else { throw received == 0 ? TestServer.Failure("closed") : Self.failure("recv") }
            count += received
            buffer[count] = 0
            if expected == .max { expected = Self.length(of: text) ?? .max }
        }
        return Answer(status: Int(atoi(text + "HTTP/1.1 ".utf8.count)), bytes: text)
    }

    /// The length of the answer that begins with this text; nil when its head is not complete.
    private static func length(of text: UnsafePointer<CChar>) -> Int? {
        guard let end = strstr(text, "\r\n\r\n") else { return nil }
        let head = UnsafePointer(end) - text + 4
        var rest = text
        while let found = strstr(rest, "ontent-"), UnsafePointer(found) < end {
            rest = UnsafePointer(found) + "ontent-".utf8.count
            if strncasecmp(rest, "length:", 7) == 0 { return head + Int(atoi(rest + 7)) }
        }
        return head
    }

    private static func failure(_ call: String) -> TestServer.Failure {
        TestServer.Failure("\(call): \(String(cString: strerror(errno)))")
    }
}

/// The two requests that matter most, as bytes.
enum PlainRequest {
    static let create = post(
        "/v1/tms/pubkeys/creds", headers: TestServer.clientHeaders, body: Wire.createBody())

    static func retrieve(_ fingerprint: some Collection<UInt8>) -> [UInt8] {
        retrieveHead + fingerprint + retrieveTail
    }

    private static let retrieveTail = Array("\"}".utf8)
    private static let retrieveHead: [UInt8] = {
        let body = #"{"user":"testhostaccount1","host":"testhost1","public_key_fingerprint":""#
        let length = body.utf8.count + PlainConnection.fingerprintLength + retrieveTail.count
        return head("/v1/tms/pubkeys/creds/retrieve", headers: [:], length: length) + body.utf8
    }()

    private static func post(_ path: String, headers: [String: String], body: String) -> [UInt8] {
        head(path, headers: headers, length: body.utf8.count) + body.utf8
    }

    private static func head(_ path: String, headers: [String: String], length: Int) -> [UInt8] {
        var text = "POST \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        for (name, value) in headers { text += "\(name): \(value)\r\n" }
        return Array((text + "Content-Length: \(length)\r\n\r\n").utf8)
    }
}

/// Runs `body` on so many threads, with 0, 1, … each, and waits for all of them.
func onThreads<Result: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (Int) -> Result
) async -> [Result] {
    await withTaskGroup(of: Result.self) { group in
        for index in 0..<count {
            group.addTask {
                await withCheckedContinuation { continuation in
                    Thread.detachNewThread { continuation.resume(returning: body(index)) }
                }
            }
        }
        return await group.reduce(into: []) { $0.append($1) }
    }
}
