private import Glibc

/// Files that only their owner may read, and that are there completely or not at all.
enum PrivateFile {
    /// Writes a new file of mode 0600 and waits until it is on the disk.
    static func write(_ bytes: some Collection<UInt8>, to path: String) throws(ConfigurationError) {
        let partial = path + ".partial"
        unlink(partial)
        let descriptor = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { unistdWrite(descriptor, $0) }
            guard count > 0 else { throw failure(path) }
            rest = rest.dropFirst(count)
        }
        guard fsync(descriptor) == 0, rename(partial, path) == 0 else { throw failure(path) }
    }

    static func makeFolder(_ path: String) throws(ConfigurationError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure(path) }
    }

    private static func unistdWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        write(descriptor, bytes.baseAddress, bytes.count)
    }

    private static func write(_ descriptor: Int32, _ start: UnsafeRawPointer?, _ count: Int) -> Int {
        Glibc.write(descriptor, start, count)
    }

    private static func failure(_ path: String) -> ConfigurationError {
        ConfigurationError("\(path): cannot be written: \(String(cString: strerror(errno)))")
    }
}
