/// The files of `/proc` that say something of a process as a whole, one after the other.
enum ProcessFiles {
    /// Not `environ`, `cmdline`, `mem` or `maps`: they can hold secrets.
    private static let names = ["status", "stat", "limits", "io", "wchan", "schedstat", "stack", "sched", "cgroup"]

    static func text(pid: Int32) -> String {
        let parts = names.compactMap { name in
            ProcFile.text("/proc/\(pid)/\(name)", sizeMax: 64 << 10).map { "== \(name)\n\($0)\n" }
        }
        let pressure = ["cpu", "io", "memory"].compactMap { name in
            ProcFile.text("/proc/pressure/\(name)").map { "== the machine's pressure, \(name)\n\($0)\n" }
        }
        let load = ProcFile.text("/proc/loadavg").map { "== the machine's load\n\($0)\n" } ?? ""
        return (parts + [load] + pressure).joined()
    }

    /// Max open files            1024                 4096                 files
    static func openFilesMax(pid: Int32) -> Int? {
        ProcFile.text("/proc/\(pid)/limits").flatMap { ProcFile.number("Max open files", in: $0) }
    }
}

/// A server's sockets, as the kernel and as `ss` tell of them.
enum SocketFiles {
    private static let linesMax = 2000

    static func text(pid: Int32, port: Int?, milliseconds: Int) -> String {
        let ports = port.map { [$0] } ?? ServerProcess.listeningPorts(of: pid)
        let marks = ports.map { port in
            let digits = String(port, radix: 16, uppercase: true)
            return ":" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + " "
        }
        var text = ""
        for family in ["tcp", "tcp6"] {
            guard let bytes = SocketTable.text(pid: pid, family) else { continue }
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            let chosen = lines.dropFirst().filter { line in marks.contains { line.contains($0) } }
            text += "== /proc/\(pid)/net/\(family): \(chosen.count) of the server's port, both ends\n"
            text += (lines.prefix(1) + chosen.prefix(linesMax)).map { $0 + "\n" }.joined()
        }
        guard let ss = ChildProgram.find("ss") else { return text }
        for port in ports.sorted() {
            let filter = ["sport", "=", ":\(port)"]
            let outcome = ChildProgram.run(ss, ["-tani"] + filter, milliseconds: milliseconds)
            text += "\n== ss -tani sport = :\(port)\n" + (outcome?.output ?? "")
        }
        return text
    }
}
