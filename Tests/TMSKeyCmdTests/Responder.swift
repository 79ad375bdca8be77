import NIOCore
import NIOHTTP1
import NIOPosix
import Primitives

/// A real little HTTP server on a random loopback port, which answers what a test tells it to.
final class Responder: Sendable {
    struct Request: Sendable {
        var method = ""
        var path = ""
        var headers: [String: String] = [:]
        var body = ""
    }

    enum Answer: Sendable {
        case json(status: Int, String)
        /// Takes the request and leaves it at that.
        case none
    }

    private struct State {
        var answer: Answer
        var requests: [Request] = []
    }

    private let state: Monitor<State>
    private let channel: any Channel

    var requests: [Request] { state.withLock { $0.requests } }
    var baseURL: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)" }
    /// The complete URL of operation 15, as it stands in tms_keycmd.toml.
    var retrieveURL: String { baseURL + "/v1/tms/pubkeys/creds/retrieve" }

    private init(state: Monitor<State>, channel: any Channel) {
        self.state = state
        self.channel = channel
    }

    /// Runs `body` with a responder that is gone afterwards.
    static func with<Result>(
        _ answer: Answer, _ body: (Responder) async throws -> Result
    ) async throws -> Result {
        let state = Monitor(State(answer: answer))
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(
                        Handler { request in
                            state.withLock { state in
                                state.requests.append(request)
                                return state.answer
                            }
                        })
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let responder = Responder(state: state, channel: channel)
        do {
            let result = try await body(responder)
            try await channel.close()
            return result
        } catch {
            try? await channel.close()
            throw error
        }
    }

    /// Answers `answer` from now on.
    func set(_ answer: Answer) {
        state.withLock { $0.answer = answer }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let answer: (Request) -> Answer
        private var request = Request()

        init(answer: @escaping (Request) -> Answer) {
            self.answer = answer
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                request = Request()
                request.method = head.method.rawValue
                request.path = head.uri
                for header in head.headers { request.headers[header.name.lowercased()] = header.value }
            case .body(let part):
                request.body += String(buffer: part)
            case .end:
                send(answer(request), context)
            }
        }

        private func send(_ answer: Answer, _ context: ChannelHandlerContext) {
            guard case .json(let status, let text) = answer else { return }
            let body = ByteBuffer(string: text)
            var head = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: status))
            head.headers.add(name: "Content-Type", value: "application/json; charset=utf-8")
            head.headers.add(name: "Content-Length", value: String(body.readableBytes))
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
