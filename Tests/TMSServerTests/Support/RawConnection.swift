import Foundation
import NIOCore
import NIOPosix
import Primitives
import TestSupport

/// A TCP connection that sends exactly the bytes it is told to, and keeps all that come back.
final class RawConnection: Sendable {
    private struct Received {
        var bytes: [UInt8] = []
        var isClosed = false
    }

    private final class Collector: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        let received = Monitor(Received())

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received.withLock { $0.bytes += unwrapInboundIn(data).readableBytesView }
        }

        func channelInactive(context: ChannelHandlerContext) {
            received.withLock { $0.isClosed = true }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }

    private let channel: any Channel
    private let collector: Collector

    /// - Parameter takesAnswers: false leaves what comes in the kernel, which holds little, until ``takeAnswers()``.
    init(_ server: TestServer, host: String = "127.0.0.1", takesAnswers: Bool = true) async throws {
        let collector = Collector()
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.autoRead, value: takesAnswers)
        if !takesAnswers { bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: 4096) }
        channel =
            try await bootstrap
            .channelInitializer { $0.pipeline.addHandler(collector) }
            .connect(host: host, port: server.port).get()
        self.collector = collector
    }

    deinit { channel.close(promise: nil) }

    func send(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text))
    }

    func close() async throws {
        try await channel.close()
    }

    func takeAnswers() async throws {
        try await channel.setOption(.autoRead, value: true).get()
    }

    /// Bytes that this end has sent and the server's process has not read yet.
    func bytesInTheKernel(of server: TestServer) throws -> Int {
        let ends = [server.port, channel.localAddress?.port ?? 0].map { String(format: ":%04X", $0) }
        // Local and remote address, state, and the two queues: tx_queue:rx_queue.
        let sockets = try Self.openSockets().split(separator: "\n").map { $0.split(separator: " ") }
        let (atServer, atClient) = (
            sockets.first { $0[1].hasSuffix(ends[0]) && $0[2].hasSuffix(ends[1]) },
            sockets.first { $0[1].hasSuffix(ends[1]) && $0[2].hasSuffix(ends[0]) }
        )
        guard let atServer, let atClient else { throw TestServer.Failure("the connection is not in /proc/net/tcp") }
        return (Int(atServer[4].suffix(8), radix: 16) ?? 0) + (Int(atClient[4].prefix(8), radix: 16) ?? 0)
    }

    /// A file of /proc has no size, so it is read to its end.
    private static func openSockets() throws -> String {
        let file = try FileHandle(forReadingFrom: URL(filePath: "/proc/net/tcp"))
        return String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
    }

    var received: [UInt8] { collector.received.withLock { $0.bytes } }
    var isClosed: Bool { collector.received.withLock { $0.isClosed } }

    func isClosedEventually() async throws -> Bool {
        try await eventually { self.isClosed }
    }

    /// The first `count` answers, once they have all come.
    func answers(_ count: Int, withinSeconds seconds: Double = 20) async throws -> [Wire.Answer] {
        _ = try await eventually(withinSeconds: seconds) { Self.parse(self.received).count >= count || self.isClosed }
        let answers = Self.parse(received)
        guard answers.count >= count else {
            let begin = String(decoding: received.prefix(2000), as: UTF8.self)
            throw TestServer.Failure("\(answers.count) answers in \(received.count) bytes: \(begin)")
        }
        return Array(answers.prefix(count))
    }

    func answer(withinSeconds seconds: Double = 20) async throws -> Wire.Answer {
        try await answers(1, withinSeconds: seconds)[0]
    }

    /// Answers that have come in full; those that announce no length have no body.
    private static func parse(_ bytes: [UInt8]) -> [Wire.Answer] {
        var (rest, answers): (Data, [Wire.Answer]) = (Data(bytes), [])
        while let end = rest.range(of: Data("\r\n\r\n".utf8)) {
            let lines = String(decoding: rest[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
            let headers = lines.dropFirst().map { line in
                let parts = line.split(separator: ":", maxSplits: 1)
                return (name: String(parts[0]), value: parts[1].trimmingCharacters(in: .whitespaces))
            }
            let length = headers.first { $0.name.lowercased() == "content-length" }.flatMap { Int($0.value) } ?? 0
            guard rest.distance(from: end.upperBound, to: rest.endIndex) >= length else { break }
            let body = rest[end.upperBound...].prefix(length)
            let status = lines[0].split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
            answers.append(Wire.Answer(status: status, headers: headers, body: Array(body)))
            rest = rest[end.upperBound...].dropFirst(length)
        }
        return answers
    }
}

/// The bytes of a request.
func rawRequest(
    _ method: String, _ path: String, version: String = "HTTP/1.1", headers: [String: String] = [:],
    body: String? = nil
) -> String {
    var headers = headers
    if let body {
        headers["Content-Type"] = "application/json"
        if headers["Transfer-Encoding"] == nil { headers["Content-Length"] = String(body.utf8.count) }
    }
    let lines = headers.map { "\($0.key): \($0.value)\r\n" }.joined()
    return "\(method) \(path) \(version)\r\nHost: tms\r\n\(lines)\r\n\(body ?? "")"
}

/// A lookup of a key that does not exist: a request with a body that needs nothing.
let unknownKeyBody = #"{"user": "u", "host": "h", "public_key_fingerprint": "SHA256:none"}"#
let retrievePath = "/v1/tms/pubkeys/creds/retrieve"
let createPath = "/v1/tms/pubkeys/creds"
