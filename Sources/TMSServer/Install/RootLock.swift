private import Glibc

/// Sees to it that one server at a time serves from a root directory: a second would take the first one's socket for
/// diagnosis away, and write to the same database file.
enum RootLock {
    /// It may pass, so unlike a wrong configuration its exit status is 1.
    struct Taken: Error, CustomStringConvertible {
        let description: String
    }

    /// Takes the lock. It is held until the process ends, in whatever way.
    /// - Returns: why it could not be taken, although nobody has it: no reason not to serve.
    /// - Throws: ``Taken``.
    static func take(_ root: RootDirectory) throws(Taken) -> String? {
        let hasFolder = mkdir(root.runFolder, 0o700) == 0 || errno == EEXIST
        let descriptor = hasFolder ? open(root.lockFile, O_RDWR | O_CREAT | O_CLOEXEC, 0o600) : -1
        guard descriptor >= 0 else {
            return String(cString: strerror(errno))
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            defer { close(descriptor) }
            guard reason == EWOULDBLOCK else { return String(cString: strerror(reason)) }
            let holder = pid(in: descriptor).map { "process \($0)" } ?? "another process"
            throw Taken(description: "\(root.path): \(holder) serves from this folder already")
        }
        // For people, and for whoever comes second. The file stays: one that is removed can be locked twice.
        let line = "\(getpid())\n"
        _ = ftruncate(descriptor, 0)
        _ = write(descriptor, line, line.utf8.count)
        return nil
    }

    /// What the holder has written; nil when it has not done so yet.
    private static func pid(in descriptor: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        return Int32(String(decoding: bytes.prefix(max(count, 0)).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }
}
