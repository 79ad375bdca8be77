internal import Foundation
private import Glibc
internal import Primitives

extension SecretBytes {
    var text: String { withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }
}

enum StandardError {
    static func write(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }
}

/// Questions to whoever sits there.
enum Terminal {
    /// Reads a secret: typed unseen at a terminal, or the first line of standard input.
    static func secret(_ question: String) throws -> SecretBytes {
        let isTerminal = isatty(STDIN_FILENO) == 1
        var settings = termios()
        if isTerminal {
            FileHandle.standardError.write(Data("\(question): ".utf8))
            tcgetattr(STDIN_FILENO, &settings)
            var silent = settings
            silent.c_lflag &= ~tcflag_t(ECHO)
            tcsetattr(STDIN_FILENO, TCSANOW, &silent)
        }
        defer {
            if isTerminal {
                tcsetattr(STDIN_FILENO, TCSANOW, &settings)
                StandardError.write("")
            }
        }
        guard let line = readLine(strippingNewline: true), !line.isEmpty else {
            throw Failure(.usage, "\(question): nothing was given")
        }
        return SecretBytes(line)
    }

    /// Asks before something is destroyed.
    /// - Throws: when the answer is no, or when nobody is there to be asked.
    static func confirm(_ what: String) throws {
        guard isatty(STDIN_FILENO) == 1 else {
            throw Failure(.usage, "\(what): nobody to ask here; say --yes if you mean it")
        }
        FileHandle.standardError.write(Data("\(what)? Type 'yes' to go on: ".utf8))
        guard readLine(strippingNewline: true) == "yes" else { throw Failure(.failed, "nothing was done") }
    }
}
