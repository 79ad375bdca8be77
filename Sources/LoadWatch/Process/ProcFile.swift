private import Glibc

/// Files that the kernel makes up as they are read. Whatever cannot be read is nil: the process has gone, or is
/// somebody else's.
enum ProcFile {
    static func bytes(_ path: String, sizeMax: Int = 1 << 20) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var hasFailed = false
        while bytes.count < sizeMax {
            let count = withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: 1) { space in
                let count = read(file, space.baseAddress, min(space.count, sizeMax - bytes.count))
                if count > 0 { bytes += space.prefix(count) }
                return count
            }
            if count < 0, errno == EINTR { continue }
            hasFailed = count < 0
            if count <= 0 { break }
        }
        return hasFailed && bytes.isEmpty ? nil : bytes
    }

    static func text(_ path: String, sizeMax: Int = 1 << 20) -> String? {
        bytes(path, sizeMax: sizeMax).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The names in a folder, without those that begin with a dot, in no order.
    static func names(in folder: String, countMax: Int = .max) -> [String]? {
        guard let stream = opendir(folder) else { return nil }
        defer { closedir(stream) }
        var names: [String] = []
        while names.count < countMax, let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }

    /// How many names a folder has, as its size tells (Linux 6.2 and later, for a process's descriptors) or by counting.
    static func count(in folder: String) -> Int? {
        var status = stat()
        guard stat(folder, &status) == 0 else { return nil }
        return status.st_size > 0 ? Int(status.st_size) : names(in: folder)?.count
    }

    static func link(_ path: String) -> String? {
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { space in
            guard let target = space.bindMemory(to: CChar.self).baseAddress else { return nil }
            let count = readlink(path, target, space.count)
            return count > 0 ? String(decoding: space.prefix(count), as: UTF8.self) : nil
        }
    }

    /// The number behind `name` in text of lines like "write_bytes: 4096".
    static func number(_ name: String, in text: String) -> Int? {
        for line in text.split(separator: "\n") where line.hasPrefix(name) {
            let value = line.dropFirst(name.count).drop { !$0.isNumber }
            return Int(value.prefix { $0.isNumber })
        }
        return nil
    }
}
