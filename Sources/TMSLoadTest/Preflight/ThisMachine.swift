internal import NIOCore
private import NIOPosix

/// Whether a server is on the machine that the load comes from.
enum ThisMachine {
    /// Of all its interfaces, without the scope that a link-local one has.
    static var addresses: Set<String> {
        let devices = (try? System.enumerateDevices()) ?? []
        return Set(devices.compactMap { $0.address?.ipAddress }.map(unscoped))
    }

    static func has(address: String) -> Bool {
        // Interfaces name one loopback address of the many, and a machine's own name may stand for another.
        address.hasPrefix("127.") || addresses.contains(unscoped(address))
    }

    /// Waits for the name server, where there is a name to look up.
    static func has(_ server: ServerAddress) async -> Bool {
        if server.isLoopback { return true }
        let resolved = try? await NIOThreadPool.singleton.runIfActive {
            try SocketAddress.makeAddressResolvingHost(server.host, port: server.port)
        }
        return resolved?.ipAddress.map { has(address: $0) } ?? false
    }

    /// fe80::1%eth0 is fe80::1.
    private static func unscoped(_ address: String) -> String { String(address.prefix { $0 != "%" }) }
}
