private import Glibc

/// What this process and this machine can say of themselves.
enum OwnProcess {
    static var residentBytes: Int? {
        guard let text = read("/proc/self/statm") else { return nil }
        let fields = text.split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else { return nil }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// Ephemeral ports that no socket of this machine has. The kernel gives one port to several sockets when they lead
    /// to different servers; all are taken to lead to one.
    static var portsLeft: Int? {
        guard let range = read("/proc/sys/net/ipv4/ip_local_port_range") else { return nil }
        let ends = range.split { $0 == "\t" || $0 == " " || $0 == "\n" }.compactMap { Int($0) }
        guard ends.count == 2, let sockets = read("/proc/net/sockstat") else { return nil }
        // "TCP: inuse 5 orphan 0 tw 2 alloc 7 mem 1"
        guard let line = sockets.split(separator: "\n").first(where: { $0.hasPrefix("TCP:") }) else { return nil }
        let words = line.split(separator: " ")
        var used = 0
        for name in ["inuse", "tw"] {
            guard let place = words.firstIndex(of: Substring(name)), place + 1 < words.count else { continue }
            used += Int(words[place + 1]) ?? 0
        }
        return max(0, ends[1] - ends[0] + 1 - used)
    }

    /// TCP segments of this machine since it was started.
    struct Segments {
        var sent = 0
        var sentAgain = 0
    }

    static var segments: Segments? {
        guard let text = read("/proc/net/snmp") else { return nil }
        let lines = text.split(separator: "\n").filter { $0.hasPrefix("Tcp:") }.map { $0.split(separator: " ") }
        guard lines.count == 2 else { return nil }
        func value(_ name: String) -> Int? {
            guard let place = lines[0].firstIndex(of: Substring(name)), place < lines[1].count else { return nil }
            return Int(lines[1][place])
        }
        guard let sent = value("OutSegs"), let again = value("RetransSegs") else { return nil }
        return Segments(sent: sent, sentAgain: again)
    }

    static var processors: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

    /// A file of /proc: at most 64 KiB.
    private static func read(_ path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 64 << 10)
        let count = Glibc.read(file, &bytes, bytes.count)
        return count >= 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
    }
}
