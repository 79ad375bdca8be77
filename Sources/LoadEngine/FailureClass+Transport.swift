private import Glibc
internal import LoadRecord
internal import NIOCore
internal import NIOSSL

extension FailureClass {
    /// From what the network library threw.
    /// - Parameters:
    ///   - isReady: requests could be sent.
    ///   - isConnected: TCP was there, TLS perhaps not yet.
    init(transport error: any Error, isReady: Bool, isConnected: Bool) {
        switch error {
        case let error as IOError: self.init(errno: error.errnoCode)
        case _ where isConnected && !isReady: self = .tls
        case ChannelError.connectTimeout: self = .connectTimeout
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError: self = .tls
        default: self = .reset
        }
    }

    private init(errno code: CInt) {
        switch code {
        case ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EACCES, EPERM: self = .refused
        case ETIMEDOUT: self = .connectTimeout
        case EPIPE: self = .write
        case EMFILE, ENFILE, EADDRNOTAVAIL, EADDRINUSE, ENOBUFS, ENOMEM: self = .generator
        default: self = .reset
        }
    }

    /// Failures that a server that stands still causes by standing still.
    var canBeOfFreeze: Bool {
        switch self {
        case .connectTimeout, .firstByteTimeout, .bodyTimeout, .cancelled: true
        default: false
        }
    }
}
