private import Glibc
internal import LoadRecord

/// The folder that evidence goes to: for its owner's eyes, and cleansed of secrets even so.
final class EvidenceFolder {
    private let path: String
    private let redaction: Redaction
    private(set) var names: [String] = []

    static let fileSizeMax = 2 << 20

    init(_ path: String, redaction: Redaction) {
        self.path = path
        self.redaction = redaction
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/" + part
            mkdir(made, 0o700)
        }
    }

    /// Writes a file, unless there is nothing to write. What is longer than ``fileSizeMax`` is cut.
    func write(_ text: String, to name: String) {
        guard !text.isEmpty else { return }
        let bytes = Array(redaction.text(text).utf8.prefix(Self.fileSizeMax))
        let file = open(path + "/" + name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { return }
        defer { close(file) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { bytes in
                Glibc.write(file, bytes.baseAddress.map { $0 + written }, bytes.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            written += count
        }
        if written > 0 { names.append(name) }
    }
}
