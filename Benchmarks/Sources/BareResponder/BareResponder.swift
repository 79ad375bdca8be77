internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// The least that SwiftNIO can do and still answer HTTP/1.1: the same event loops, channel options and handlers as the
/// server, and a constant answer. What the server costs beyond this is ours; what this costs is not.
@main
struct BareResponder {
    static func main() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: System.coreCount)
        let server = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.configureHTTPServerPipeline()
                    try pipeline.addHandler(ConstantAnswer())
                }
            }
            .bind(host: "127.0.0.1", port: 0)
            .get()
        print("listening on http://127.0.0.1:\(server.localAddress?.port ?? 0)")
        // Whoever started us reads this line from a pipe.
        fflush(nil)
        try await server.closeFuture.get()
    }
}

/// Answers every request with the same bytes.
private final class ConstantAnswer: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// As long as the server's answer to the version operation.
    private static let body = ByteBuffer(
        string: #"{"result_code":"0","result_msg":"success","git_branch":"unknown","git_commit":"unknown","#
            + #""git_dirty":"unknown","rustc_version":"Swift 6.3","source_ts":"unknown","tms_version":"1.0.0"}"#)

    private var isKeepAlive = true

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): isKeepAlive = head.isKeepAlive
        case .body: break
        case .end: answer(context)
        }
    }

    private func answer(_ context: ChannelHandlerContext) {
        var headers = HTTPHeaders()
        headers.reserveCapacity(2)
        headers.add(name: "content-type", value: "application/json; charset=utf-8")
        headers.add(name: "content-length", value: String(Self.body.readableBytes))
        let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(Self.body))), promise: nil)
        let isSent = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        guard !isKeepAlive else { return }
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        isSent.whenComplete { _ in bound.value.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
