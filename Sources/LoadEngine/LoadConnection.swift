internal import LoadRecord
internal import NIOCore
internal import NIOSSL
internal import NIOTLS

/// A connection to the server, as the last handler of its channel: hands on bytes and news to its lane.
final class LoadConnection: ChannelInboundHandler, @unchecked Sendable {
    // Sendable: used on its lane's event loop only; NIO's closures want the word.
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let lane: Lane
    /// Who opened it; nil once it is of no more use to anybody.
    private(set) var user: LoadUser?
    private var context: ChannelHandlerContext?
    private let usesTLS: Bool
    var parser = AnswerParser()
    /// When it was begun.
    let begunAt: Int
    /// How many of the server's addresses were tried before.
    let attempt: Int
    private(set) var isReady = false
    private(set) var isConnected = false
    private var isClosed = false
    /// What went wrong first.
    private(set) var failure: FailureClass?

    init(lane: Lane, user: LoadUser, usesTLS: Bool, begunAt: Int, attempt: Int) {
        self.lane = lane
        self.user = user
        self.usesTLS = usesTLS
        self.begunAt = begunAt
        self.attempt = attempt
    }

    var isUsable: Bool { isReady && !isClosed }

    func send(_ request: ByteBuffer) {
        guard let context else { return }
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.whenFailure { _ in self.fail(.write) }
        context.writeAndFlush(wrapOutboundOut(request), promise: written)
    }

    /// Remembers why it will be closed; the first reason counts.
    func fail(_ reason: FailureClass) {
        if failure == nil { failure = reason }
    }

    /// Nobody waits for anything from it any more.
    func abandon() {
        user = nil
        if let context { context.close(promise: nil) } else { isClosed = true }
    }

    /// As ``abandon()``, but lets the server close first, whose side then keeps the port busy; after a second it is
    /// closed from here.
    func retire() {
        user = nil
        guard let context else { return }
        let channel = context.channel
        context.eventLoop.scheduleTask(in: .seconds(1)) { channel.close(promise: nil) }
    }

    // MARK: NIO's events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        // Given up while its socket was being made.
        if isClosed { context.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        isConnected = true
        if !usesTLS { becomeReady() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted = event { becomeReady() }
    }

    private func becomeReady() {
        isReady = true
        if let user { lane.connectionIsReady(self, of: user) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let user else { return }
        lane.received(unwrapInboundIn(data), by: user, on: self)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Servers that end TLS without saying goodbye are no news when the answer is there; else the close is.
        if let error = error as? NIOSSLError, case .uncleanShutdown = error { return context.close(promise: nil) }
        fail(FailureClass(transport: error, isReady: isReady, isConnected: isConnected))
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        close()
    }

    /// The socket could not be made or connected.
    func connectFailed(_ error: any Error) {
        fail(FailureClass(transport: error, isReady: isReady, isConnected: isConnected))
        close()
    }

    private func close() {
        guard !isClosed else { return }
        isClosed = true
        guard let user else { return }
        self.user = nil
        lane.connectionClosed(self, of: user)
    }
}
