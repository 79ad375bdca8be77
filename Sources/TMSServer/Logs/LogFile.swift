internal import Dispatch
private import Glibc
internal import Logging

/// `log_file`: lines are added to its end, and nobody but its owner reads it.
struct LogFile: Sendable {
    /// Stays the same whatever file is behind it.
    let descriptor: Int32
    private let path: String

    init(path: String) throws(ConfigurationError) {
        self.path = path
        descriptor = try Self.open(path)
    }

    /// Goes on with the file that has the name now, or with a new one: the old one has been moved away.
    func reopen() throws(ConfigurationError) {
        let file = try Self.open(path)
        defer { close(file) }
        // In one step, so that the thread that writes always finds one or the other.
        guard dup2(file, descriptor) >= 0, fcntl(descriptor, F_SETFD, FD_CLOEXEC) >= 0 else { throw Self.failure(path) }
    }

    private static func open(_ path: String) throws(ConfigurationError) -> Int32 {
        let file = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure(path) }
        return file
    }

    private static func failure(_ path: String) -> ConfigurationError {
        ConfigurationError("log_file \(path): \(String(cString: strerror(errno)))")
    }
}

/// Takes SIGHUP, by which logrotate and its like say that the log file has been moved away. Without one it means nothing,
/// and must not end a server either.
enum Hangups {
    /// - Returns: what to hold on to for as long as the signal is taken.
    static func reopen(_ file: LogFile?, logger: Logger) -> any DispatchSourceSignal {
        let source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: .global())
        source.setEventHandler {
            guard let file else { return }
            do throws(ConfigurationError) {
                try file.reopen()
                logger.notice("log file opened anew")
            } catch {
                logger.error("log file not opened anew", metadata: ["error": "\(error)"])
            }
        }
        source.resume()
        return source
    }
}
