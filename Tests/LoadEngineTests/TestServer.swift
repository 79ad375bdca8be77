import LoadEngine
import NIOCore
import NIOPosix
import NIOSSL
import Primitives
import Synchronization

/// An HTTP server of a few lines that does what a test tells it, byte by byte. It shares no code with what it tests.
final class TestServer: Sendable {
    struct Request: Sendable {
        /// "GET /v1/tms/version HTTP/1.1"
        var line = ""
        var head = ""
        var body = ""
        /// Of all that the server has had, from 0.
        var ordinal = 0
        /// Of this connection.
        var ordinalOnConnection = 0
    }

    struct Reply: Sendable {
        enum End: Sendable { case keep, close, reset }

        /// Written one after the other.
        var pieces: [String]
        /// Before the first, and between two.
        var delaySeconds = 0.0
        var gapSeconds = 0.0
        var end = End.keep

        /// Nothing, ever.
        static let hang = Reply(pieces: [])

        static func json(_ body: String, status: String = "200 OK", headers: String = "", delay: Double = 0) -> Reply {
            Reply(
                pieces: ["HTTP/1.1 \(status)\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"],
                delaySeconds: delay)
        }
    }

    typealias Script = @Sendable (Request) -> Reply

    let port: Int
    let usesTLS: Bool
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let listener: any Channel
    let counts = Counts()

    final class Counts: Sendable {
        let requests = Atomic(0)
        let connections = Atomic(0)
        /// Answers that are being held back, and the most there were.
        let open = Atomic(0)
        let openMax = Atomic(0)
        /// Microseconds from when a request was complete until its answer was written.
        let held = Monitor<[Int]>([])
        let lines = Monitor<[String]>([])
    }

    /// - Parameter reads: false: connections are accepted and nothing is read.
    init(tls: NIOSSLContext? = nil, reads: Bool = true, _ script: @escaping Script) throws {
        let counts = counts
        usesTLS = tls != nil
        listener = try ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 4096)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.autoRead, value: reads)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    try channel.pipeline.syncOperations.addHandler(Handler(script, counts))
                }
            }
            .bind(host: "127.0.0.1", port: 0).wait()
        port = listener.localAddress?.port ?? 0
    }

    var url: String { "\(usesTLS ? "https" : "http")://127.0.0.1:\(port)" }

    func close() async {
        try? await listener.close()
        try? await group.shutdownGracefully()
    }

    /// What a version request wants.
    static let version = #"{"result_code":"0","result_msg":"success","tms_version":"1.0"}"#

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let script: Script
        private let counts: Counts
        private var text = ""
        private var ordinal = 0

        init(_ script: @escaping Script, _ counts: Counts) {
            (self.script, self.counts) = (script, counts)
        }

        func channelActive(context: ChannelHandlerContext) {
            counts.connections.add(1, ordering: .relaxed)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            text += String(buffer: unwrapInboundIn(data))
            while let request = next() {
                var request = request
                request.ordinal = counts.requests.add(1, ordering: .relaxed).oldValue
                counts.lines.withLock { if $0.count < 100_000 { $0.append(request.line) } }
                answer(script(request), context)
            }
        }

        private func next() -> Request? {
            guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
            var request = Request()
            request.head = String(text[..<end.lowerBound])
            request.line = request.head.split(separator: "\r\n").first.map(String.init) ?? ""
            let length = request.head.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
            let count = length.flatMap { Int($0.dropFirst(15).trimmingPrefix(" ")) } ?? 0
            let rest = text[end.upperBound...]
            guard rest.utf8.count >= count else { return nil }
            request.body = String(rest.prefix(count))
            text = String(rest.dropFirst(count))
            (request.ordinalOnConnection, ordinal) = (ordinal, ordinal + 1)
            return request
        }

        private func answer(_ reply: Reply, _ context: ChannelHandlerContext) {
            guard !reply.pieces.isEmpty || reply.end != .keep else { return }
            let now = Monotonic.nanoseconds
            let counts = counts
            let open = counts.open.add(1, ordering: .relaxed).newValue
            counts.openMax.max(open, ordering: .relaxed)
            let channel = context.channel
            for (index, piece) in reply.pieces.enumerated() {
                let seconds = reply.delaySeconds + Double(index) * reply.gapSeconds
                let isLast = index == reply.pieces.count - 1
                after(seconds, context.eventLoop) {
                    if isLast {
                        counts.open.subtract(1, ordering: .relaxed)
                        counts.held.withLock { $0.append((Monotonic.nanoseconds - now) / 1000) }
                    }
                    channel.writeAndFlush(ByteBuffer(string: piece), promise: nil)
                }
            }
            let last = reply.delaySeconds + Double(reply.pieces.count) * reply.gapSeconds
            switch reply.end {
            case .keep: break
            case .close: after(last, context.eventLoop) { channel.close(promise: nil) }
            case .reset:
                after(last, context.eventLoop) {
                    let options = channel as? any SocketOptionProvider
                    _ = options?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
                    channel.close(promise: nil)
                }
            }
        }

        private func after(_ seconds: Double, _ loop: any EventLoop, _ act: @escaping @Sendable () -> Void) {
            if seconds <= 0 { return act() }
            loop.scheduleTask(in: .nanoseconds(Int64(seconds * 1e9)), act)
        }
    }
}
