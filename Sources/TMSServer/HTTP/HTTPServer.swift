private import Glibc
internal import Logging
internal import NIOCore
internal import NIOExtras
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import Primitives
internal import Telemetry

/// The listening sockets and what hangs behind them.
final class HTTPServer: Sendable {
    struct Configuration: Sendable {
        /// Where to listen.
        enum Place: Sendable {
            /// Name or address; `localhost` means both the IPv4 and the IPv6 one. Port 0 takes a free one.
            case network(host: String, port: Int)
            /// Path of a Unix domain socket; one that an earlier process left is replaced.
            case socket(String)
        }

        var place: Place
        /// nil serves plain HTTP.
        var tls: CertificateStore?
        var limits = HTTPLimits()
        /// What each event loop asks itself before it listens: a path that reads nothing, since a database that hangs must not
        /// keep the server from listening and saying so.
        var warmUpPath = "/v1/tms/version"
        /// Connections that could not be accepted.
        var acceptFailures = Counter()
        /// How long a shutdown waits for requests in hand.
        var shutdownTimeoutSeconds: Int64 = 10
    }

    private let configuration: Configuration
    private let loops: LoopStates
    private let group: MultiThreadedEventLoopGroup
    private let logger: Logger
    private let connections: ConnectionCounter
    private let acceptFailures: AcceptFailures

    init(_ configuration: Configuration, loops: LoopStates, group: MultiThreadedEventLoopGroup, logger: Logger) {
        self.configuration = configuration
        self.loops = loops
        self.group = group
        self.logger = logger
        connections = ConnectionCounter(max: configuration.limits.connectionsMax)
        acceptFailures = AcceptFailures(configuration.acceptFailures, logger: logger)
    }

    /// Listeners in service.
    struct Listening: Sendable {
        fileprivate let listeners: [(channel: any Channel, quiescing: ServerQuiescingHelper)]
        let addresses: [SocketAddress]
    }

    // MARK: Starting

    /// Binds every address of the place, all on one port.
    func listen() async throws -> Listening {
        try await warmUp()
        switch configuration.place {
        case .network(let host, let port): return try await listen(host, port)
        case .socket(let path):
            unlink(path)
            return try await listen("socket \(path)", [try SocketAddress(unixDomainSocketPath: path)])
        }
    }

    private func listen(_ host: String, _ port: Int) async throws -> Listening {
        try await listen("\(host) port \(port)", try addresses(host, port))
    }

    private func listen(_ place: String, _ addresses: [SocketAddress]) async throws -> Listening {
        var listeners: [(channel: any Channel, quiescing: ServerQuiescingHelper)] = []
        var port: Int?
        var failure: (any Error)?
        for address in addresses {
            let quiescing = ServerQuiescingHelper(group: group)
            var address = address
            if let port { address.port = port }
            do {
                let channel = try await bootstrap(quiescing).bind(to: address).get()
                port = channel.localAddress?.port
                listeners.append((channel, quiescing))
            } catch {
                // A machine without IPv6 still resolves names to ::1. One address is enough.
                failure = error
            }
        }
        guard !listeners.isEmpty else {
            let reason = failure.map { "\($0)" } ?? "it has no address"
            throw CannotListen("cannot listen on \(place): \(reason)")
        }
        loops.startSweeping()
        return Listening(listeners: listeners, addresses: listeners.compactMap(\.channel.localAddress))
    }

    private func addresses(_ host: String, _ port: Int) throws -> [SocketAddress] {
        if let address = try? SocketAddress(ipAddress: host, port: port) { return [address] }
        guard host == "localhost" else {
            guard let address = try? SocketAddress.makeAddressResolvingHost(host, port: port) else {
                throw ConfigurationError("cannot listen on '\(host)': there is no address of that name")
            }
            return [address]
        }
        // Not left to the resolver, which on many machines knows only one of the two.
        return try ["127.0.0.1", "::1"].map { try SocketAddress(ipAddress: $0, port: port) }
    }

    private func bootstrap(_ quiescing: ServerQuiescingHelper) -> ServerBootstrap {
        let (loops, tls, connections, acceptFailures) = (loops, configuration.tls, connections, acceptFailures)
        let readMax = configuration.limits.readBytesMax
        return ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.maxMessagesPerRead, value: 1)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(
                        ConnectionLimitHandler(connections, acceptFailures),
                        quiescing.makeServerChannelHandler(channel: channel))
                }
            }
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(
                    minimum: 1024, initial: min(2048, readMax), maximum: readMax)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls.current))
                    }
                    try Self.addHandlers(to: channel, loops)
                }
            }
    }

    /// - Throws: as the pipeline does.
    private static func addHandlers(to channel: any Channel, _ loops: LoopStates) throws {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)))
        try pipeline.addHandler(ConnectionHandler(loop: loops.state(of: channel.eventLoop)))
    }

    /// Serves a request on each event loop, one loop after the other, before there is anybody else to serve.
    ///
    /// The types of a pipeline are generic, and Swift's runtime makes such a type when it is first used. Two loops that
    /// do so at once can crash in it (Swift 6.3.1, `swift_checkMetadataState` beneath the initializer of the first two
    /// connections: one start in a thousand when clients are already knocking).
    private func warmUp() async throws {
        let loops = loops
        for loop in group.makeIterator() {
            var ends: [Int32] = [-1, -1]
            guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0 else {
                throw IOError(errnoCode: errno, reason: "socketpair")
            }
            let served = try await ClientBootstrap(group: loop)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture { try Self.addHandlers(to: channel, loops) }
                }
                .withConnectedSocket(ends[0]).get()
            let asking = try await ClientBootstrap(group: loop).withConnectedSocket(ends[1]).get()
            let request = "GET \(configuration.warmUpPath) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            try await asking.writeAndFlush(ByteBuffer(string: request)).get()
            try await served.closeFuture.get()
            try await asking.closeFuture.get()
        }
    }

    // MARK: Stopping

    /// Stops accepting, lets requests in hand finish, closes all connections.
    func stop(_ listening: Listening) async {
        let timeout = configuration.shutdownTimeoutSeconds
        let finished = listening.listeners.map { listener in
            let promise = listener.channel.eventLoop.makePromise(of: Void.self)
            listener.quiescing.initiateShutdown(promise: promise)
            return promise.futureResult
        }
        let all = EventLoopFuture.andAllComplete(finished, on: group.next())
        await withTaskGroup(of: Bool.self) { tasks in
            tasks.addTask {
                try? await all.get()
                return true
            }
            tasks.addTask {
                try? await Task.sleep(for: .seconds(timeout))
                return false
            }
            if await tasks.next() == false {
                logger.warning("connections were still open after \(timeout) s and are cut off")
                loops.closeAll()
            }
            tasks.cancelAll()
        }
    }
}

/// The address is taken, or not this machine's. Unlike a wrong configuration it may pass, so its exit status is 1.
struct CannotListen: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// The state of each event loop.
final class LoopStates: @unchecked Sendable {
    // Sendable: the dictionary never changes, and each state is handed out on its own loop only.
    private let states: [ObjectIdentifier: (loop: any EventLoop, state: LoopState)]

    init(_ states: [(loop: any EventLoop, state: LoopState)]) {
        self.states = Dictionary(uniqueKeysWithValues: states.map { (ObjectIdentifier($0.loop), $0) })
    }

    /// - Precondition: called on `loop`, one of the group the states were made for.
    func state(of loop: any EventLoop) -> LoopState {
        loop.preconditionInEventLoop()
        guard let entry = states[ObjectIdentifier(loop)] else { preconditionFailure("a foreign event loop") }
        return entry.state
    }

    func startSweeping() {
        for loop in states.values.map(\.loop) {
            loop.scheduleRepeatedTask(
                initialDelay: LoopState.sweepInterval, delay: LoopState.sweepInterval
            ) { [self] _ in
                state(of: loop).endOverdue(now: Monotonic.nanoseconds)
            }
        }
    }

    func closeAll() {
        for loop in states.values.map(\.loop) {
            loop.execute { [self] in state(of: loop).closeAll() }
        }
    }
}
