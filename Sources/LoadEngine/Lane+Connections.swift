internal import LoadRecord
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import Primitives

/// Connections come and go.
extension Lane {
    /// Most answers fit into the first.
    private static let buffers = AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 2048, maximum: 65536)

    /// Opens a connection for the user, with the request it has begun or ahead of any.
    func connect(_ user: LoadUser, attempt: Int = 0) {
        user.phase = .connecting
        connecting.append(user)
        let now = Monotonic.nanoseconds
        guard let transport, let address = transport.address(addressIndex + attempt) else {
            return connectFailed(user, .dns, now)
        }
        let connection = LoadConnection(
            lane: self, user: user, usesTLS: transport.tls != nil, begunAt: now, attempt: attempt)
        user.connection = connection
        // The lane itself sees to the time, with one list instead of a timer per connection.
        ClientBootstrap(group: eventLoop).connectTimeout(.hours(1))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.recvAllocator, value: Self.buffers)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls = transport.tls {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: tls, serverHostname: transport.serverName))
                    }
                    try channel.pipeline.syncOperations.addHandler(connection)
                }
            }
            .connect(to: address).whenFailure { connection.connectFailed($0) }
    }

    func connectionIsReady(_ connection: LoadConnection, of user: LoadUser) {
        guard user.phase == .connecting else { return }
        let now = Monotonic.nanoseconds
        connecting.remove(user)
        addressIndex += connection.attempt
        tallies[user.scenario].connectionsOpened += 1
        tallies[user.scenario].connect.record((now - connection.begunAt) / 1000)
        if user.begunAt == 0 {
            stand(user)
        } else {
            send(user, on: connection, now)
        }
    }

    func connectionClosed(_ connection: LoadConnection, of user: LoadUser) {
        user.connection = nil
        switch user.phase {
        case .waiting:
            lost(connection, of: user)
        case .connecting:
            if let transport, connection.attempt + 1 < transport.addressCount, connection.failure != .generator {
                connecting.remove(user)
                return connect(user, attempt: connection.attempt + 1)
            }
            let unknown: FailureClass = connection.isConnected ? .tls : .reset
            connectFailed(user, connection.failure ?? unknown, Monotonic.nanoseconds)
        case .resting, .free, .paused:
            // An idle connection: the server may close it when it likes.
            break
        }
    }

    func connectFailed(_ user: LoadUser, _ failure: FailureClass, _ now: Int) {
        connecting.remove(user)
        switch failure {
        case .refused, .reset: refusedOrReset += 1
        case .connectTimeout: connectsTimedOut += 1
        default: break
        }
        guard user.begunAt > 0 else { return stand(user) }
        finish(user, failure: failure, now)
    }
}

extension FailureClass {
    /// Whether it keeps a user from having a connection at all.
    var isOfConnecting: Bool {
        switch self {
        case .dns, .refused, .reset, .connectTimeout, .tls, .write, .generator: true
        default: false
        }
    }
}
