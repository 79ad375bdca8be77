private import Glibc
internal import NIOCore
internal import Primitives

/// Counts the connections of all listeners against their limit.
final class ConnectionCounter: Sendable {
    private struct State {
        var open = 0
        /// Listeners that have stopped accepting, to be woken when a connection closes.
        var paused: [@Sendable () -> Void] = []
    }

    private let state = Monitor(State())
    private let max: Int

    init(max: Int) {
        self.max = max
    }

    var count: Int { state.withLock { $0.open } }

    func opened(_ channel: any Channel) {
        state.withLock { $0.open += 1 }
        channel.closeFuture.whenComplete { [self] _ in closed() }
    }

    private func closed() {
        let paused = state.withLock { state in
            state.open -= 1
            defer { state.paused = [] }
            return state.paused
        }
        for resume in paused { resume() }
    }

    /// - Returns: whether another connection may be accepted; if not, `resume` is called when one has closed.
    func mayAccept(otherwise resume: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { state in
            if state.open < max { return true }
            state.paused.append(resume)
            return false
        }
    }
}

/// Stops reading the listening socket while the limit is reached: the kernel then lets newcomers wait, and refuses them
/// when its own queue is full. Nobody is accepted only to be cut off.
///
/// Needs a listener that accepts one connection per read, else a burst gets past it.
final class ConnectionLimitHandler: ChannelDuplexHandler {
    typealias InboundIn = any Channel
    typealias OutboundIn = any Channel

    /// For how long nobody is accepted after the system had no file, or no memory, for a connection.
    private static let pause = TimeAmount.milliseconds(250)

    private let counter: ConnectionCounter
    private let failures: AcceptFailures

    init(_ counter: ConnectionCounter, _ failures: AcceptFailures) {
        self.counter = counter
        self.failures = failures
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        counter.opened(unwrapInboundIn(data))
        context.fireChannelRead(data)
    }

    func read(context: ChannelHandlerContext) {
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        let loop = context.eventLoop
        let resume: @Sendable () -> Void = { loop.execute { bound.value.channel.read() } }
        if counter.mayAccept(otherwise: resume) { context.read() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? IOError, [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error.errnoCode) else {
            return context.fireErrorCaught(error)
        }
        failures.note(error)
        // Whoever waits goes on waiting, and NIO would go on trying: the loop would do nothing else. A handler cannot hold
        // that up by itself (NIO's `AcceptBackoffHandler` does not either), since the read that failed counts as not done.
        read(context, isOn: false)
        _ = context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) { [self] in read(context, isOn: true) }
    }

    private func read(_ context: ChannelHandlerContext, isOn: Bool) {
        // It may have been closed meanwhile.
        try? context.channel.syncOptions?.setOption(.autoRead, value: isOn)
    }
}
