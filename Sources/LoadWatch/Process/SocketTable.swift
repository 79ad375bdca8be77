/// The TCP sockets of `/proc/<pid>/net/tcp` and `tcp6`: those of the network the process lives in.
enum SocketTable {
    struct Entry {
        var localPort = 0
        var remotePort = 0
        /// 10 listens, 1 is established.
        var state = 0
        /// Bytes not yet taken by the other side.
        var unsent = 0
        /// Bytes not yet read by the owner; of a listening socket, connections not yet accepted.
        var unread = 0
        var inode = 0

        var isListening: Bool { state == 10 }
    }

    private static let sizeMax = 32 << 20

    static func text(pid: Int32, _ family: String) -> [UInt8]? {
        ProcFile.bytes("/proc/\(pid)/net/\(family)", sizeMax: sizeMax)
    }

    /// Each socket once: the kernel lists one twice when others come and go while the table is read.
    /// - Returns: nil when neither can be read.
    static func forEach(pid: Int32, _ body: (Entry) -> Void) -> Void? {
        let tables = ["tcp", "tcp6"].compactMap { text(pid: pid, $0) }
        forEach(in: tables, body)
        return tables.isEmpty ? nil : ()
    }

    static func forEach(in tables: [[UInt8]], _ body: (Entry) -> Void) {
        var seen: Set<Int> = []
        for table in tables {
            table.withUnsafeBufferPointer { table in
                // Those that nobody owns any more have none.
                parse(table) { entry in
                    if entry.inode == 0 || seen.insert(entry.inode).inserted { body(entry) }
                }
            }
        }
    }

    /// Line by line without strings: there can be tens of thousands.
    ///
    ///     0: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 …
    static func parse(_ text: UnsafeBufferPointer<UInt8>, _ body: (Entry) -> Void) {
        let (space, newline, colon) = (UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: ":"))
        var position = (text.firstIndex(of: newline) ?? text.count) + 1
        while position < text.count {
            var entry = Entry()
            var field = 0
            while position < text.count, text[position] != newline {
                if text[position] == space {
                    position += 1
                    continue
                }
                // Of a field with a colon: what stands before and after it.
                var (before, value) = (0, 0)
                while position < text.count, text[position] != space, text[position] != newline {
                    if text[position] == colon {
                        (before, value) = (value, 0)
                    } else {
                        let radix = field == 9 ? 10 : 16
                        value = value &* radix &+ digit(text[position])
                    }
                    position += 1
                }
                switch field {
                case 1: entry.localPort = value
                case 2: entry.remotePort = value
                case 3: entry.state = value
                case 4: (entry.unsent, entry.unread) = (before, value)
                case 9: entry.inode = value
                default: break
                }
                field += 1
            }
            position += 1
            if field > 9 { body(entry) }
        }
    }

    private static func digit(_ byte: UInt8) -> Int {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte) - 48
        case UInt8(ascii: "A")...UInt8(ascii: "F"): Int(byte) - 55
        default: 0
        }
    }
}

/// What waits in a server's sockets, over all of them.
package struct SocketSums: Codable, Sendable, Hashable {
    package var acceptQueue = 0
    package var unreadBytes = 0
    package var unsentBytes = 0
    package var connections = 0
    /// At our own ends of the connections, when they are of the same machine.
    package var ownUnreadBytes = 0
    package var ownUnsentBytes = 0

    package init() {}

    static func read(pid: Int32, ports: Set<Int>) -> SocketSums? {
        var sums = SocketSums()
        let found: Void? = SocketTable.forEach(pid: pid) { entry in
            if ports.contains(entry.localPort) {
                if entry.isListening {
                    sums.acceptQueue += entry.unread
                } else {
                    sums.connections += 1
                    sums.unreadBytes += entry.unread
                    sums.unsentBytes += entry.unsent
                }
            } else if ports.contains(entry.remotePort) {
                sums.ownUnreadBytes += entry.unread
                sums.ownUnsentBytes += entry.unsent
            }
        }
        return found.map { sums }
    }
}
