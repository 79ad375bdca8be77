private import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// A server within this program that answers every scenario at once, to see what the generator alone can do.
final class LoopbackResponder: Sendable {
    let url: String
    private let channel: any Channel
    private let group: MultiThreadedEventLoopGroup

    /// Listens on a free port of the loopback interface.
    init() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: max(1, ProcessInfo.processInfo.processorCount / 2))
        self.group = group
        channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 4096)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.pipeline.configureHTTPServerPipeline().flatMapThrowing {
                    try channel.pipeline.syncOperations.addHandler(Answerer())
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        url = "http://127.0.0.1:\(channel.localAddress?.port ?? 0)"
    }

    func stop() async {
        try? await channel.close()
        try? await group.shutdownGracefully()
    }
}

/// Answers with bodies of the size and the members that the real ones have.
private final class Answerer: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private static let fingerprint = "SHA256:" + String(repeating: "A", count: 43)
    private static let publicKey = "ssh-ed25519 " + String(repeating: "A", count: 68)
    private static let success = #""result_code":"0","result_msg":"success""#

    private static let version = ByteBuffer(
        string: #"{\#(success),"git_branch":"main","git_commit":"0","git_dirty":"false","tms_version":"0"}"#)
    private static let client = ByteBuffer(
        string: #"{\#(success),"id":1,"tenant":"test","app_name":"a","app_version":"1","client_id":"c","enabled":1}"#)
    private static let key = ByteBuffer(string: #"{\#(success),"public_key":"\#(publicKey)"}"#)
    private static let created = ByteBuffer(
        string: #"{\#(success),"private_key":"\#(String(repeating: "x", count: 400))","public_key":"\#(publicKey)","#
            + #""public_key_fingerprint":"\#(fingerprint)","key_type":"ed25519","key_bits":"256"}"#)

    private var status = HTTPResponseStatus.ok
    private var answer = Answerer.version
    private var isKeptAlive = true

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            isKeptAlive = head.isKeepAlive
            status = .ok
            if head.uri.hasSuffix("/retrieve") {
                answer = Self.key
            } else if head.method == .POST {
                (status, answer) = (.created, Self.created)
            } else {
                answer = head.uri.contains("/client/") ? Self.client : Self.version
            }
        case .body: break
        case .end:
            var head = HTTPResponseHead(version: .http1_1, status: status)
            head.headers.add(name: "Content-Type", value: "application/json; charset=utf-8")
            head.headers.add(name: "Content-Length", value: String(answer.readableBytes))
            if !isKeptAlive { head.headers.add(name: "Connection", value: "close") }
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(answer))), promise: nil)
            let written = context.eventLoop.makePromise(of: Void.self)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
            if !isKeptAlive {
                let channel = context.channel
                written.futureResult.whenComplete { _ in channel.close(promise: nil) }
            }
        }
    }
}
