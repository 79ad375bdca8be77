/// Takes out of text what must not be seen.
package struct Redaction: Sendable {
    private let secrets: [String]

    /// Shorter ones would blank half of every file, and are no secrets.
    private static let secretLengthMin = 4
    private static let names = [
        "client_secret", "admin_secret", "private_key", "password", "x-tms-client-secret", "x-tms-admin-secret",
        "authorization",
    ]

    /// - Parameter secrets: texts that are replaced wherever they occur.
    package init(secrets: [String]) {
        self.secrets = secrets.filter { $0.utf8.count >= Self.secretLengthMin }.sorted { $0.count > $1.count }
    }

    package func clean(_ text: String) -> String {
        var text = Self.withoutPrivateKeys(text)
        for secret in secrets { text = text.replacing(secret, with: "***") }
        return text.split(separator: "\n", omittingEmptySubsequences: false).map(Self.withoutValues)
            .joined(separator: "\n")
    }

    /// Whole blocks, also those whose begin or end lies outside of the text.
    private static func withoutPrivateKeys(_ text: String) -> String {
        let word = "PRIVATE KEY-----"
        guard text.contains(word) else { return text }
        var kept = ""
        var rest = text[...]
        while let mark = rest.firstRange(of: word) {
            let before = rest[..<mark.lowerBound]
            let begin = before.ranges(of: "-----BEGIN").last?.lowerBound
            let end = before.ranges(of: "-----END").last?.lowerBound
            rest = rest[mark.upperBound...]
            if let begin, end.map({ $0 < begin }) ?? true {
                kept += before[..<begin] + "[private key]"
                guard let closing = rest.firstRange(of: word) else { return kept }
                rest = rest[closing.upperBound...]
            } else {
                // An end without its begin: the key is all that came before.
                kept = kept.isEmpty ? "[private key]" : kept + "[private key]"
            }
        }
        return kept + rest
    }

    /// name=value, "name":"value", Name: value
    private static func withoutValues(_ line: Substring) -> String {
        var bytes = Array(line.utf8)
        for name in names {
            var from = 0
            while let end = find(Array(name.utf8), in: bytes, from: from) {
                let start = bytes[end...].firstIndex { !separators.contains($0) } ?? bytes.count
                guard bytes[end..<start].contains(where: assignments.contains) else {
                    from = end
                    continue
                }
                // "Authorization: Bearer …" has spaces in its value.
                let ends = name == "authorization" ? [] : terminators
                let stop = bytes[start...].firstIndex { ends.contains($0) } ?? bytes.count
                bytes.replaceSubrange(start..<stop, with: Array("***".utf8))
                from = start + 3
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let separators = Set("\"'=: \\".utf8)
    private static let assignments = Set("=:".utf8)
    private static let terminators = Set("\"',; &}\\".utf8)

    /// - Parameter name: in small letters; the text may have it in any.
    /// - Returns: where the name ends.
    private static func find(_ name: [UInt8], in bytes: [UInt8], from: Int) -> Int? {
        guard bytes.count - from >= name.count else { return nil }
        for start in from...(bytes.count - name.count) where bytes[start] | 0x20 == name[0] {
            if name.indices.allSatisfy({ isSame(bytes[start + $0], name[$0]) }) { return start + name.count }
        }
        return nil
    }

    private static func isSame(_ byte: UInt8, _ small: UInt8) -> Bool {
        byte == small || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) && byte | 0x20 == small
    }
}
