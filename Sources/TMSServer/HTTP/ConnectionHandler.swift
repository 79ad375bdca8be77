internal import NIOCore
internal import NIOHTTP1
internal import Primitives
internal import TMSAPI
internal import TMSStore

/// One connection: gathers each request into an ``Exchange`` and writes its answer.
///
/// Behind NIO's pipelining handler, so that there is one request at a time and answers keep their order.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = Never
    typealias OutboundOut = HTTPServerResponsePart

    private enum State {
        /// Between requests.
        case idle
        /// A head has come, its end has not.
        case receiving(Exchange)
        /// The route is at work.
        case answering(Exchange)
        /// Refused in mid-request: what still comes is dropped until the connection closes.
        case discarding
    }

    private let loop: LoopState
    private var state = State.idle
    private var gate = ReadGate()
    private var context: ChannelHandlerContext?
    /// Nanoseconds by `Monotonic`.
    private var lastActivity = Monotonic.nanoseconds
    /// Who is at the other end, for the log.
    private(set) lazy var peer: String? = context?.channel.remoteAddress?.ipAddress

    init(loop: LoopState) {
        self.loop = loop
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.add(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        loop.remove(self)
    }

    func channelInactive(context: ChannelHandlerContext) {
        switch state {
        case .receiving(let exchange), .answering(let exchange): exchange.abandon()
        case .idle, .discarding: break
        }
        state = .discarding
        context.fireChannelInactive()
    }

    // MARK: Receiving

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): begin(head)
        case .body(let bytes): take(bytes)
        case .end: finish()
        }
    }

    private func begin(_ head: HTTPRequestHead) {
        guard case .idle = state else { return }
        let match = loop.router.match(method: head.method.rawValue, uri: head.uri)
        var (route, parameters): (ServedRoute?, [(name: String, value: String)]) = (nil, [])
        if case .route(let found, let values) = match { (route, parameters) = (found, values) }
        let exchange = Exchange(head, route: route, pathParameters: parameters, connection: self, loop: loop)
        state = .receiving(exchange)
        lastActivity = exchange.startedAt

        if let announced = exchange.headers.contentLength, announced > loop.limits.bodyBytesMax {
            return refuseBody(of: exchange)
        }
        switch match {
        case .route:
            if exchange.headers.expectsContinue { sendContinue(version: head.version) }
        case .methodNotAllowed(let allowed):
            exchange.refusal = APIError(.methodNotAllowed, "method not allowed")
            exchange.allowedMethods = allowed
        case .notFound: exchange.refusal = APIError(.notFound, "not found")
        }
    }

    private func take(_ bytes: ByteBuffer) {
        guard case .receiving(let exchange) = state else { return }
        guard exchange.body.count + bytes.readableBytes <= loop.limits.bodyBytesMax else {
            return refuseBody(of: exchange)
        }
        exchange.body.append(contentsOf: bytes.readableBytesView)
    }

    private func finish() {
        guard case .receiving(let exchange) = state else { return }
        state = .answering(exchange)
        exchange.start()
    }

    private func refuseBody(of exchange: Exchange) {
        end(exchange, APIError(.payloadTooLarge, "the body has more than \(loop.limits.bodyBytesMax) bytes"))
    }

    /// Answers before the request has come to its end, and closes: the rest of it cannot be told from a next one.
    private func end(_ exchange: Exchange, _ error: APIError) {
        state = .discarding
        exchange.fail(error)
    }

    private func sendContinue(version: HTTPVersion) {
        guard let context else { return }
        context.writeAndFlush(
            wrapOutboundOut(.head(HTTPResponseHead(version: version, status: .continue))), promise: nil)
    }

    // MARK: Reading or not

    func read(context: ChannelHandlerContext) {
        if gate.mayRead() { context.read() }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if gate.peerTakesAnswers(context.channel.isWritable) { context.read() }
        context.fireChannelWritabilityChanged()
    }

    /// The rest after a refusal is over.
    func endRest() {
        if gate.endRest() { context?.read() }
    }

    // MARK: Answering

    /// Writes an answer; called by the exchange, once.
    func send(
        _ exchange: Exchange, status: HTTPResponseStatus, contentType: String,
        headers others: [(name: String, value: String)], body: [UInt8]
    ) {
        guard let context, context.channel.isActive else { return }
        let isMidRequest = if case .discarding = state { true } else { false }
        let mustClose = isMidRequest || !exchange.isKeepAlive
        var headers = HTTPHeaders()
        headers.reserveCapacity(4)
        headers.add(name: "content-type", value: contentType)
        headers.add(name: "content-length", value: String(body.count))
        if status.code >= 400 { headers.add(name: "x-request-id", value: exchange.id.description) }
        for (name, value) in others { headers.add(name: name, value: value) }
        if mustClose { headers.add(name: "connection", value: "close") }
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !exchange.isHead {
            context.write(
                wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: whenSent(bytes: body.count))
        }
        if case .answering = state { state = .idle }
        lastActivity = Monotonic.nanoseconds
        if status == .serviceUnavailable, gate.beginRest() { loop.rest(self) }
        if mustClose {
            state = .discarding
            context.writeAndFlush(wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { [weak self] _ in
                // Closing both ways while the rest of a request still comes in makes the kernel reset the connection, and
                // the sender may lose the refusal. So it is read to its end, or until the sweep has had enough.
                self?.context?.close(mode: isMidRequest ? .output : .all, promise: nil)
            }
        } else {
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }

    /// From how many bytes on an answer is counted until it has gone: smaller ones fit the socket's own buffer.
    private static let largeAnswer = 65_536

    private func whenSent(bytes: Int) -> EventLoopPromise<Void>? {
        guard bytes >= Self.largeAnswer, let context else { return nil }
        let sent = context.eventLoop.makePromise(of: Void.self)
        loop.sending(bytes: bytes)
        sent.futureResult.assumeIsolated().whenComplete { [loop] _ in loop.sent(bytes: bytes) }
        return sent
    }

    // MARK: Ending what takes too long

    func close() {
        context?.close(mode: .all, promise: nil)
    }

    /// - Parameter now: nanoseconds by `Monotonic`.
    func endIfOverdue(now: Int) {
        let limits = loop.limits
        switch state {
        case .idle:
            // Whoever does not take its answer is given less time than who has nothing to ask.
            let isTaken = context?.channel.isWritable ?? true
            let seconds = isTaken ? limits.idleTimeoutSeconds : limits.requestTimeoutSeconds
            if Deadline(seconds: seconds, from: lastActivity).hasPassed(now: now) { close() }
        case .receiving(let exchange):
            guard Deadline(seconds: limits.requestTimeoutSeconds, from: exchange.startedAt).hasPassed(now: now) else {
                return
            }
            end(exchange, APIError(.requestTimeout, "the request did not come to its end in time"))
        case .answering(let exchange):
            if exchange.deadline.hasPassed(now: now) { exchange.giveUp() }
        case .discarding:
            // Whoever does not read its refusal need not be waited for.
            if Deadline(seconds: limits.requestTimeoutSeconds, from: lastActivity).hasPassed(now: now) { close() }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Bytes after those that made no sense make none either.
        if case .discarding = state { return }
        guard let parserError = error as? HTTPParserError else { return context.close(promise: nil) }
        if case .idle = state { refuseUnreadable(parserError) } else { context.close(promise: nil) }
    }

    /// Bytes that are no HTTP still get an answer in the envelope, as far as one can be sent.
    private func refuseUnreadable(_ error: HTTPParserError) {
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: "-")
        let exchange = Exchange(head, route: nil, pathParameters: [], connection: self, loop: loop)
        let tooLarge = error == .headerOverflow
        end(
            exchange,
            tooLarge
                ? APIError(.headersTooLarge, "the request's headers are too large")
                : APIError(.badRequest, "the request is not HTTP/1.1"))
    }
}
