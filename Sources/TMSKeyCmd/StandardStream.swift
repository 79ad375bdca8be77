private import Glibc

/// Standard output and standard error without a buffer, because the program ends with `_exit`.
enum StandardStream: Int32 {
    case output = 1
    case error = 2

    /// - Returns: whether all of it was written.
    @discardableResult
    func write(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { systemWrite(rawValue, $0.baseAddress, $0.count) }
            if count > 0 {
                rest.removeFirst(count)
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }
}

// Inside the type its own `write` hides the system's.
private let systemWrite = write
