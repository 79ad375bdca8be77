import Foundation
import TestSupport

/// A log's socket that is full: nobody reads it, and whoever writes waits for ever.
final class StuckLog: Sendable {
    let path: String
    private let reader: Int32

    init(path: String) throws {
        self.path = path
        reader = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let fits = withUnsafeMutableBytes(of: &address.sun_path) { place in
            let name = Array(path.utf8) + [0]
            guard name.count <= place.count else { return false }
            place.copyBytes(from: name)
            return true
        }
        let writer = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(writer) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let isConnected = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(reader, address, length) == 0 && connect(writer, address, length) == 0
            }
        }
        guard fits, isConnected else { throw TestServer.Failure("no socket at \(path)") }
        while send(writer, "full", 4, Int32(MSG_DONTWAIT)) > 0 {}
    }

    deinit { close(reader) }
}
