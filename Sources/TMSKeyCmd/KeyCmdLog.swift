private import Glibc

/// Where the program tells what it did: syslog, or standard error for somebody who tries it by hand.
///
/// Never standard output: that is the channel from which sshd reads keys.
struct KeyCmdLog: Sendable {
    enum Level: Sendable {
        case debug, info, notice, error

        fileprivate var priority: Int32 {
            switch self {
            case .debug: LOG_DEBUG
            case .info: LOG_INFO
            case .notice: LOG_NOTICE
            case .error: LOG_ERR
            }
        }
    }

    /// The longest line written, in bytes; some of the text comes from the network.
    private static let lengthMax = 1_000
    private static let name: StaticString = "tms-keycmd"
    /// `LOG_AUTHPRIV`, a macro that Swift does not see: the log of logins, which not everybody may read.
    private static let authPrivateFacility: Int32 = 10 << 3

    let toStandardError: Bool

    init(toStandardError: Bool) {
        self.toStandardError = toStandardError
        guard !toStandardError else { return }
        Self.name.withUTF8Buffer { name in
            // syslog keeps the pointer: that of a static string stays good.
            name.withMemoryRebound(to: CChar.self) { openlog($0.baseAddress, LOG_PID, Self.authPrivateFacility) }
        }
    }

    func callAsFunction(_ level: Level, _ message: String) {
        let line = Self.printable(message)
        if toStandardError {
            StandardStream.error.write("\(Self.name): \(level): \(line)\n")
        } else {
            line.withCString { text in
                withVaList([text]) { vsyslog(level.priority | Self.authPrivateFacility, "%s", $0) }
            }
        }
    }

    /// One line, whatever a caller or a server has put into it.
    private static func printable(_ message: String) -> String {
        let bytes = message.utf8.prefix(lengthMax).map { $0 < 0x20 || $0 == 0x7F ? UInt8(ascii: "?") : $0 }
        return String(decoding: bytes, as: UTF8.self)
    }
}
