private import AsyncHTTPClient
private import Glibc
private import NIOCore
private import NIOPosix
private import NIOSSL

extension ClientError {
    /// From whatever the HTTP library threw.
    init(transport error: any Error) {
        switch error {
        case let error as ClientError: self = error
        case let error as HTTPClientError: self.init(error)
        case let error as NIOConnectionError: self = .unreachable(error.reason)
        case let error as IOError: self = .unreachable(String(cString: strerror(error.errnoCode)))
        case NIOSSLError.handshakeFailed(let cause): self = .unreachable(Self.reason(ofFailedHandshake: cause))
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            self = .unreachable("the server's certificate is for another name")
        case is CancellationError: self = .cancelled
        default: self = .unreachable("\(error)")
        }
    }

    private static func reason(ofFailedHandshake cause: BoringSSLError) -> String {
        let text = "\(cause)"
        // The library has no other name for it than this text.
        return text.contains("CERTIFICATE_VERIFY_FAILED")
            ? "the server's certificate is not trusted; is the file of its CA configured?" : "TLS failed: \(text)"
    }

    /// Uses the library's short descriptions only: its long ones quote header values, and so secrets.
    private init(_ error: HTTPClientError) {
        switch error {
        case .deadlineExceeded, .connectTimeout, .readTimeout, .writeTimeout, .tlsHandshakeTimeout,
            .getConnectionFromPoolTimeout:
            self = .timedOut
        case .cancelled:
            self = .cancelled
        case .invalidURL, .emptyHost, .emptyScheme, .missingSocketPath:
            self = .misconfigured("the server's address is not a URL of the form https://host:port/path")
        default:
            switch error.shortDescription {
            case "Unsupported scheme":
                self = .misconfigured("the server's address must begin with https:// or http://")
            case "Invalid header field values":
                self = .misconfigured("a credential holds characters that cannot be sent in an HTTP header")
            case let reason:
                self = .unreachable(reason)
            }
        }
    }
}

extension NIOConnectionError {
    /// "localhost:3000: Connection refused", instead of one sentence per address tried.
    fileprivate var reason: String {
        guard let failure = connectionErrors.first?.error else {
            return "the name \(host) cannot be resolved"
        }
        let cause = (failure as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(failure)"
        return "\(host):\(port): \(cause)"
    }
}
