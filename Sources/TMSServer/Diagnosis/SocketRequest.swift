private import Glibc

/// One HTTP request over a Unix domain socket, for a command that has nothing else to do than to wait for the answer.
struct SocketRequest {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// An answer longer than this is none of ours.
    private static let answerMax = 16 << 20

    let path: String
    let timeoutSeconds: Int

    /// - Returns: the body.
    func get(_ target: String) throws(Failure) -> String {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw failure("no socket") }
        defer { close(descriptor) }
        var time = timeval(tv_sec: timeoutSeconds, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
        }
        try connect(descriptor)
        let request = Array("GET \(target) HTTP/1.1\r\nHost: tms\r\nConnection: close\r\n\r\n".utf8)
        guard write(descriptor, request, request.count) == request.count else { throw failure("cannot be asked") }

        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count >= 0, answer.count <= Self.answerMax else { throw failure("no answer") }
            if count == 0 { break }
            answer += buffer[..<count]
        }
        let text = String(decoding: answer, as: UTF8.self)
        guard let end = text.firstRange(of: "\r\n\r\n") else { throw Failure(description: "no answer") }
        return String(text[end.upperBound...])
    }

    private func connect(_ descriptor: Int32) throws(Failure) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard path.utf8.count < room else { throw Failure(description: "the path is too long for a socket") }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw failure("no server answers here") }
    }

    private func failure(_ what: String) -> Failure {
        Failure(description: "\(what): \(String(cString: strerror(errno)))")
    }
}
