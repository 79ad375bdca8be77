private import Foundation

/// Finds the process that listens on a port of this machine, by way of `/proc`.
enum ServerProcess {
    /// - Returns: nil when there is none, or it belongs to somebody else and cannot be looked at.
    static func listening(onPort port: Int) -> Int32? {
        let inodes = Set(["/proc/net/tcp", "/proc/net/tcp6"].flatMap { listeningSockets(in: $0, port: port) })
        guard !inodes.isEmpty, let entries = try? FileManager.default.contentsOfDirectory(atPath: "/proc") else {
            return nil
        }
        // The youngest first: a server that was started by another inherits nothing the other way round.
        for pid in entries.compactMap({ Int32($0) }).sorted(by: >) {
            let folder = "/proc/\(pid)/fd"
            guard let files = try? FileManager.default.contentsOfDirectory(atPath: folder) else { continue }
            for file in files {
                guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(file)"),
                    target.hasPrefix("socket:["), inodes.contains(String(target.dropFirst(8).dropLast()))
                else { continue }
                return pid
            }
        }
        return nil
    }

    /// Inodes of sockets in the state LISTEN (0A), from a table whose second column is "ADDRESS:PORT" in hexadecimal.
    private static func listeningSockets(in table: String, port: Int) -> [String] {
        guard let text = try? String(contentsOfFile: table, encoding: .utf8) else { return [] }
        return text.split(separator: "\n").dropFirst().compactMap { line in
            let columns = line.split(separator: " ", omittingEmptySubsequences: true)
            guard columns.count > 9, columns[3] == "0A", let local = columns[1].split(separator: ":").last,
                Int(local, radix: 16) == port
            else { return nil }
            return String(columns[9])
        }
    }

    /// Whether there is such a process.
    static func exists(_ pid: Int32) -> Bool {
        FileManager.default.fileExists(atPath: "/proc/\(pid)/stat")
    }
}
