internal import DequeModule
internal import NIOCore
internal import NIOHTTP1
internal import Primitives
internal import TMSAPI
internal import TMSStore

/// One connection: gathers each request into an ``Exchange`` and writes its answer.
///
/// There is one request at a time, so that answers keep their order; what comes meanwhile waits in a backlog. NIO's own
/// pipelining handler would do the same, but have the socket registered anew for each request whose answer takes a
/// while, and pass each answer through four handlers in three parts: a tenth of what a request costs.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

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
    /// What has been read and must wait. Nothing more is read until it is empty, so it holds what one read can bring:
    /// ``HTTPLimits/readBytesMax``, and under TLS the rest of a record.
    private var backlog: Deque<Received> = []
    private var isCatchingUp = false
    /// The server is stopping: the request in hand is the last.
    private var isQuiescing = false
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

    private enum Received {
        case part(HTTPServerRequestPart)
        case unreadable(HTTPParserError)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        receive(.part(unwrapInboundIn(data)))
    }

    private func receive(_ received: Received) {
        guard mayHandle, backlog.isEmpty else {
            backlog.append(received)
            gate.hasBacklog = true
            return
        }
        handle(received)
    }

    /// The next request waits for the answer before it, and for whoever rests or does not take its answers.
    private var mayHandle: Bool {
        if case .answering = state { return false }
        return gate.isOpen
    }

    private func handle(_ received: Received) {
        switch received {
        case .part(.head(let head)): begin(head)
        case .part(.body(let bytes)): take(bytes)
        case .part(.end): finish()
        case .unreadable(let error): refuse(error)
        }
    }

    /// Handles what has waited. A request that is answered at once leads back here, and the loop goes on.
    private func catchUp() {
        guard !isCatchingUp, !backlog.isEmpty else { return }
        isCatchingUp = true
        while mayHandle, let next = backlog.popFirst() { handle(next) }
        isCatchingUp = false
        guard backlog.isEmpty else { return }
        gate.hasBacklog = false
        if gate.opens() { context?.read() }
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
        guard let context, version.major == 1, version.minor > 0 else { return }
        context.writeAndFlush(wrapOutboundOut(AnswerBytes.goOn(context.channel.allocator)), promise: nil)
    }

    // MARK: Reading or not

    func read(context: ChannelHandlerContext) {
        if gate.mayRead() { context.read() }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        gate.isWritable = context.channel.isWritable
        resume()
        context.fireChannelWritabilityChanged()
    }

    /// The rest after a refusal is over.
    func endRest() {
        gate.isResting = false
        resume()
    }

    private func resume() {
        catchUp()
        if gate.opens() { context?.read() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            isQuiescing = true
            if case .idle = state { context.close(promise: nil) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    // MARK: Answering

    /// Writes an answer; called by the exchange, once.
    func send(
        _ exchange: Exchange, status: HTTPResponseStatus, contentType: String,
        headers others: [(name: String, value: String)], body: [UInt8]
    ) {
        guard let context, context.channel.isActive else { return }
        let isMidRequest = if case .discarding = state { true } else { false }
        let mustClose = isMidRequest || !exchange.isKeepAlive || isQuiescing
        var bytes = AnswerBytes(
            status: status, contentType: contentType, length: body.count, room: exchange.isHead ? 0 : body.count,
            context.channel.allocator)
        if status.code >= 400 { bytes.header("x-request-id", exchange.id.description) }
        for (name, value) in others { bytes.header(name, value) }
        if mustClose { bytes.header("connection", "close") }
        let answer = wrapOutboundOut(bytes.ended(body: exchange.isHead ? [] : body))

        if case .answering = state { state = .idle }
        lastActivity = Monotonic.nanoseconds
        if status == .serviceUnavailable, !gate.isResting {
            gate.isResting = loop.rest(self)
        }
        let sent = mustClose || body.count >= Self.largeAnswer ? context.eventLoop.makePromise(of: Void.self) : nil
        if body.count >= Self.largeAnswer { count(body.count, until: sent) }
        if mustClose {
            state = .discarding
            sent?.futureResult.assumeIsolated().whenComplete { [weak self] _ in
                // Closing both ways while the rest of a request still comes in makes the kernel reset the connection, and
                // the sender may lose the refusal. So it is read to its end, or until the sweep has had enough.
                self?.context?.close(mode: isMidRequest ? .output : .all, promise: nil)
            }
        }
        context.writeAndFlush(answer, promise: sent)
        catchUp()
    }

    /// From how many bytes on an answer is counted until it has gone: smaller ones fit the socket's own buffer.
    static let largeAnswer = 65_536

    private func count(_ bytes: Int, until sent: EventLoopPromise<Void>?) {
        loop.sending(bytes: bytes)
        sent?.futureResult.assumeIsolated().whenComplete { [loop] _ in loop.sent(bytes: bytes) }
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
        receive(.unreadable(parserError))
    }

    private func refuse(_ error: HTTPParserError) {
        if case .idle = state { refuseUnreadable(error) } else { context?.close(promise: nil) }
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
