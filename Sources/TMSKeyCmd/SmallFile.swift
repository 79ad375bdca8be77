private import Glibc

/// Short texts in files: the configuration, the breaker's count, what /proc tells of a process.
enum SmallFile {
    /// The largest file read, in bytes.
    static let sizeMax = 65_536

    /// Why a file could not be read or written, as the number the system gave.
    struct Failure: Error, CustomStringConvertible {
        let number: Int32

        var isMissing: Bool { number == ENOENT }
        var description: String { String(cString: strerror(number)) }
    }

    static func read(_ path: String) throws(Failure) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Failure(number: errno) }
        defer { close(file) }
        var content: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = part.withUnsafeMutableBytes { systemRead(file, $0.baseAddress, $0.count) }
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw Failure(number: errno)
            }
            content += part[..<count]
            guard content.count <= sizeMax else { throw Failure(number: EFBIG) }
        }
        return String(decoding: content, as: UTF8.self)
    }

    /// Puts `text` in the place of the file in one step: a reader sees the old text or the new one.
    static func replace(_ path: String, with text: String) throws(Failure) {
        // One name per process; what a killed one of the same number has left is overwritten.
        let temporary = "\(path).\(getpid())"
        let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Failure(number: errno) }
        let count = write(file, text, text.utf8.count)
        let number = errno
        close(file)
        guard count == text.utf8.count else {
            unlink(temporary)
            throw Failure(number: count < 0 ? number : ENOSPC)
        }
        guard rename(temporary, path) == 0 else {
            let number = errno
            unlink(temporary)
            throw Failure(number: number)
        }
    }

    /// Deletes the file, should there be one.
    static func remove(_ path: String) throws(Failure) {
        guard unlink(path) == 0 || errno == ENOENT else { throw Failure(number: errno) }
    }
}

// Inside the type its own `read` hides the system's.
private let systemRead = read
