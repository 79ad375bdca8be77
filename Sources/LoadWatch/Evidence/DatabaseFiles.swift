private import Glibc

/// The SQLite files a process has open, and who holds locks on them.
struct DatabaseFiles: Sendable {
    struct Lock: Sendable {
        let holder: Int32
        let isWaiting: Bool
        let isWrite: Bool
        let file: String
        let line: String
    }

    let pid: Int32
    private(set) var walBytes: Int?
    /// Of the databases themselves.
    private(set) var databaseBytes = 0
    private(set) var locks: [Lock] = []
    private(set) var text = ""

    private static let descriptorsMax = 4096
    private static let endings = [".db", ".sqlite", ".sqlite3", "-wal", "-shm"]

    /// - Returns: nil when the process has no database file open, or it may not be looked at.
    static func look(pid: Int32) -> DatabaseFiles? {
        guard let descriptors = ProcFile.names(in: "/proc/\(pid)/fd", countMax: descriptorsMax) else { return nil }
        var paths: Set<String> = []
        for descriptor in descriptors {
            guard let path = ProcFile.link("/proc/\(pid)/fd/\(descriptor)"), path.hasPrefix("/"),
                endings.contains(where: path.hasSuffix)
            else { continue }
            let base = path.hasSuffix("-wal") || path.hasSuffix("-shm") ? String(path.dropLast(4)) : path
            paths.formUnion([base, base + "-wal", base + "-shm"])
        }
        return paths.isEmpty ? nil : DatabaseFiles(paths: paths.sorted(), pid: pid)
    }

    private init(paths: [String], pid: Int32) {
        self.pid = pid
        var pathByInode: [UInt64: String] = [:]
        for path in paths {
            var status = stat()
            guard stat(path, &status) == 0 else { continue }
            pathByInode[UInt64(status.st_ino)] = path
            text += "\(path): \(status.st_size) bytes\n"
            if path.hasSuffix("-wal") {
                walBytes = (walBytes ?? 0) + Int(status.st_size)
            } else if !path.hasSuffix("-shm") {
                databaseBytes += Int(status.st_size)
            }
        }
        // 1: POSIX  ADVISORY  WRITE 4711 fd:01:1234 120 120, and for one that waits: 1: -> POSIX …
        for line in (ProcFile.text("/proc/locks") ?? "").split(separator: "\n") {
            var fields = line.split(separator: " ").dropFirst()
            let isWaiting = fields.first == "->"
            if isWaiting { fields = fields.dropFirst() }
            let values = Array(fields)
            guard values.count >= 5, let inode = values[4].split(separator: ":").last.flatMap({ UInt64($0) }),
                let path = pathByInode[inode]
            else { continue }
            locks.append(
                Lock(
                    holder: Int32(values[3]) ?? 0, isWaiting: isWaiting, isWrite: values[2] == "WRITE", file: path,
                    line: String(line)))
        }
        text += locks.map { "\($0.line)  \($0.file)\($0.holder == pid ? " (the server)" : "")\n" }.joined()
    }
}
