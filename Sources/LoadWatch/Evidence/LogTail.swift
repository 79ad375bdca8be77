private import Glibc

/// The end of a log file.
enum LogTail {
    static let linesMax = 200
    private static let bytesMax = 256 << 10

    static func read(_ path: String) -> String? {
        // Not blocking: it may be a pipe.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return nil }
        defer { close(file) }
        let size = lseek(file, 0, SEEK_END)
        guard size >= 0, lseek(file, max(0, size - bytesMax), SEEK_SET) >= 0 else { return nil }
        let bytes = withUnsafeTemporaryAllocation(byteCount: bytesMax, alignment: 1) { space in
            let count = Glibc.read(file, space.baseAddress, space.count)
            return Array(space.prefix(max(0, count)))
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        // The first one may have been cut.
        let whole = size > bytesMax ? lines.dropFirst() : lines[...]
        return whole.suffix(linesMax).map { $0 + "\n" }.joined()
    }
}
