import Glibc

/// The listening socket, on loopback only.
struct Listener: Sendable {
    let socket: Int32
    let port: UInt16

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    init(port: UInt16, backlog: Int32) throws(Failure) {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout.size(ofValue: yes)))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        var length = socklen_t(MemoryLayout.size(ofValue: address))
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(socket, address, length) == 0 && listen(socket, backlog) == 0
                    && getsockname(socket, address, &length) == 0
            }
        }
        guard isListening else { throw Failure(description: "cannot listen on port \(port): errno \(errno)") }
        self.socket = socket
        self.port = UInt16(bigEndian: address.sin_port)
    }

    /// Waits for a connection; one that cannot be had, for want of descriptors, is tried for again and again.
    func accept() -> Int32 {
        while true {
            let connection = Glibc.accept(socket, nil, nil)
            if connection >= 0 {
                Wire.setNoDelay(connection)
                return connection
            }
            if errno != EINTR, errno != ECONNABORTED { Moment.sleep(until: Moment.now + 50_000_000) }
        }
    }
}
