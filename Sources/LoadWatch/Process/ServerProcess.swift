/// Which process is the server.
package enum ServerProcess {
    /// The process of this machine that listens on a TCP port, for when `--server-pid` is not given; of several that
    /// share the socket, the one with the lowest number. Nil when there is none, or it may not be looked at.
    ///
    /// Looks at every descriptor of every process: once, before a run.
    package static func find(listeningOn port: Int) -> Int32? {
        var inodes: Set<Int> = []
        let isReadable: Void? = SocketTable.forEach(pid: ownPID) { entry in
            if entry.isListening, entry.localPort == port { inodes.insert(entry.inode) }
        }
        guard isReadable != nil, !inodes.isEmpty else { return nil }
        let links = Set(inodes.map { "socket:[\($0)]" })
        let pids = (ProcFile.names(in: "/proc") ?? []).compactMap { Int32($0) }.sorted()
        return pids.first { pid in
            (ProcFile.names(in: "/proc/\(pid)/fd") ?? []).contains { descriptor in
                ProcFile.link("/proc/\(pid)/fd/\(descriptor)").map(links.contains) ?? false
            }
        }
    }

    /// The TCP ports a process listens on.
    package static func listeningPorts(of pid: Int32) -> Set<Int> {
        var portByInode: [Int: Int] = [:]
        let isReadable: Void? = SocketTable.forEach(pid: pid) { entry in
            if entry.isListening { portByInode[entry.inode] = entry.localPort }
        }
        guard isReadable != nil, let descriptors = ProcFile.names(in: "/proc/\(pid)/fd") else { return [] }
        var ports: Set<Int> = []
        for descriptor in descriptors where ports.count < portByInode.count {
            guard let link = ProcFile.link("/proc/\(pid)/fd/\(descriptor)"), link.hasPrefix("socket:["),
                let inode = Int(link.dropFirst(8).dropLast()), let port = portByInode[inode]
            else { continue }
            ports.insert(port)
        }
        return ports
    }

    /// Of the SQLite databases a process has open, without their logs; nil when there is none to be seen.
    package static func databaseBytes(of pid: Int32) -> Int? {
        DatabaseFiles.look(pid: pid)?.databaseBytes
    }

    private static var ownPID: Int32 { ProcFile.link("/proc/self").flatMap { Int32($0) } ?? 0 }
}
