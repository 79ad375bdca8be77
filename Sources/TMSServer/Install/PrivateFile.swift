private import Glibc
private import Primitives

/// Files that only their owner may read, and that are there completely or not at all.
enum PrivateFile {
    /// Writes a new file of mode 0600 and waits until it is on the disk.
    static func write(_ bytes: some Collection<UInt8>, to path: String) throws(ConfigurationError) {
        let writer = try PrivateFileWriter(path: path)
        try writer.append(Array(bytes))
        try writer.finish()
    }

    static func makeFolder(_ path: String) throws(ConfigurationError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw PrivateFileWriter.failure(path) }
    }
}

/// Writes such a file piece by piece. What is not finished is removed, and what is there already stays as it is.
final class PrivateFileWriter {
    private let path: String
    private let partial: String
    private let descriptor: Int32
    private var isFinished = false

    init(path: String) throws(ConfigurationError) {
        self.path = path
        partial = path + ".partial"
        unlink(partial)
        descriptor = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure(path) }
    }

    deinit {
        close(descriptor)
        if !isFinished { unlink(partial) }
    }

    func append(_ bytes: [UInt8]) throws(ConfigurationError) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { bytes in
                write(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
            }
            guard count > 0 else { throw Self.failure(path) }
            written += count
        }
    }

    /// Waits until all of it is on the disk, and gives the file its name.
    func finish() throws(ConfigurationError) {
        guard fsync(descriptor) == 0, takeName() else { throw Self.failure(path) }
        isFinished = true
        do throws(ConfigurationError) {
            try Self.syncFolder(of: path)
        } catch {
            unlink(path)
            throw error
        }
    }

    /// A link, unlike a new name, never takes the place of another file.
    private func takeName() -> Bool {
        if link(partial, path) == 0 {
            unlink(partial)
            return true
        }
        // Not every file system has links (link(2)).
        guard [EPERM, EOPNOTSUPP, ENOSYS].contains(errno) else { return false }
        guard !FileStatus.isTaken(path) else {
            errno = EEXIST
            return false
        }
        return rename(partial, path) == 0
    }

    /// A name is on the disk when its folder is.
    private static func syncFolder(of path: String) throws(ConfigurationError) {
        let end = path.lastIndex(of: "/")
        let folder = end.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            // One that may be written to and not read cannot be waited for.
            if errno == EACCES { return }
            throw failure(folder)
        }
        defer { close(descriptor) }
        // Some file systems do not know how, and have nothing to wait for.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure(folder) }
    }

    static func failure(_ path: String) -> ConfigurationError {
        ConfigurationError("\(path): cannot be written: \(String(cString: strerror(errno)))")
    }
}
