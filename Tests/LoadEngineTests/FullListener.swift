import Glibc

/// A listening socket whose queue is full: the kernel drops whoever comes now.
final class FullListener: Sendable {
    let port: Int
    private let sockets: [Int32]

    init() throws {
        func make() -> Int32 { socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) }
        let listener = make()
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let size = length
        func withAddress<R>(_ body: (UnsafeMutablePointer<sockaddr>) -> R) -> R {
            withUnsafeMutablePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1, body)
            }
        }
        guard withAddress({ bind(listener, $0, size) }) == 0, listen(listener, 0) == 0 else { throw Failure() }
        _ = withAddress { getsockname(listener, $0, &length) }
        port = Int(UInt16(bigEndian: address.sin_port))
        var sockets = [listener]
        for _ in 0..<4 {
            let client = make()
            _ = fcntl(client, F_SETFL, O_NONBLOCK)
            _ = withAddress { connect(client, $0, size) }
            sockets.append(client)
        }
        self.sockets = sockets
        usleep(50_000)
    }

    func close() {
        for socket in sockets { Glibc.close(socket) }
    }

    private struct Failure: Error {}
}
