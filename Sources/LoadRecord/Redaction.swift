/// Takes what looks like a secret out of texts that are written or shown: reports, logs, evidence.
///
/// Works on bytes, since the end of a server's log may be cut anywhere and megabytes of it must not take a second.
package struct Redaction: Sendable {
    package static let mark = "***"

    private let known: [[UInt8]]
    /// Shorter ones would take harmless words with them.
    private static let lengthMin = 4

    /// - Parameter secrets: texts that are taken out wherever they occur, whatever they look like.
    package init(secrets: [String] = []) {
        known = secrets.map { Array($0.utf8) }.filter { $0.count >= Self.lengthMin }
    }

    /// The text with a ``mark`` in place of known secrets, private keys, values that are named like secrets,
    /// credentials of HTTP and passwords in addresses.
    package func text(_ text: String) -> String {
        let forms = SecretForms(text)
        let ranges =
            known.flatMap(forms.occurrences) + forms.privateKeys + forms.namedValues + forms.credentials
            + forms.addressPasswords
        guard !ranges.isEmpty else { return text }
        var clean: [UInt8] = []
        var end = 0
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if range.lowerBound >= end {
                clean += forms.bytes[end..<range.lowerBound]
                clean += Self.mark.utf8
            }
            end = max(end, range.upperBound)
        }
        return String(decoding: clean + forms.bytes[end...], as: UTF8.self)
    }

    /// Whether a name says that its value is a secret, as a label's does.
    package func isSecret(name: String) -> Bool {
        SecretForms(name).hasSecretName
    }
}
