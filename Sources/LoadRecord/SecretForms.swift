/// What secrets look like in a text, and where they are.
struct SecretForms {
    /// Of the text.
    let bytes: [UInt8]
    /// The same in small letters.
    private let small: [UInt8]

    /// Names end in one of these: `X_TMS_CLIENT_SECRET`, `admin_secret`.
    private static let names = ["secret", "password", "token", "private_key", authorization]
    /// Its value has words: "Bearer …".
    private static let authorization = "authorization"
    private static let schemes = ["bearer ", "basic "]
    /// Shorter words after a scheme's name are words.
    private static let credentialMin = 16

    init(_ text: String) {
        bytes = Array(text.utf8)
        small = bytes.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
    }

    func occurrences(_ secret: [UInt8]) -> [Range<Int>] {
        Self.find(secret, in: bytes)
    }

    var hasSecretName: Bool {
        Self.names.contains { !Self.find(Array($0.utf8), in: small).isEmpty }
    }

    /// Whole blocks, also those whose begin or end lies outside of the text.
    var privateKeys: [Range<Int>] {
        var found: [Range<Int>] = []
        var begin: Int?
        var free = 0
        for label in Self.find(Array("PRIVATE KEY-----".utf8), in: bytes) {
            let before = Array(bytes[free..<label.lowerBound])
            let opening = Self.find(Array("-----BEGIN".utf8), in: before).last?.lowerBound
            let closing = Self.find(Array("-----END".utf8), in: before).last?.lowerBound
            if let opening, opening > closing ?? -1 {
                begin = begin ?? free + opening
            } else {
                // An end without its begin: the key is all that came before.
                found.append((begin ?? found.last?.upperBound ?? 0)..<label.upperBound)
                begin = nil
            }
            free = label.upperBound
        }
        if let begin { found.append(begin..<bytes.count) }
        return found
    }

    /// name=value, "name": "value", Name: value
    var namedValues: [Range<Int>] {
        Self.names.flatMap { name in
            Self.find(Array(name.utf8), in: small).compactMap { found -> Range<Int>? in
                let start = end(of: Self.separators, from: found.upperBound)
                guard bytes[found.upperBound..<start].contains(where: Self.assignments.contains) else { return nil }
                return start..<valueEnd(from: start, isOneWord: name != Self.authorization)
            }.filter { !$0.isEmpty }
        }
    }

    /// "Bearer eyJhbGciOi…", without a name before it.
    var credentials: [Range<Int>] {
        Self.schemes.flatMap { scheme in
            Self.find(Array(scheme.utf8), in: small).compactMap { found -> Range<Int>? in
                let start = end(of: Self.spaces, from: found.upperBound)
                let end = end(of: Self.credentialBytes, from: start)
                return end - start >= Self.credentialMin ? start..<end : nil
            }
        }
    }

    /// "http://user:password@host"
    var addressPasswords: [Range<Int>] {
        Self.find(Array("://".utf8), in: bytes).compactMap { found in
            let authority = bytes[found.upperBound...].prefix { !Self.authorityEnds.contains($0) }
            guard let colon = authority.firstIndex(of: UInt8(ascii: ":")),
                let at = authority.lastIndex(of: UInt8(ascii: "@")), colon < at
            else { return nil }
            return colon + 1..<at
        }
    }

    // MARK: Bytes

    private static let quotes = Set("\"'".utf8)
    private static let backslash = UInt8(ascii: "\\")
    private static let assignments = Set("=:".utf8)
    private static let spaces = Set(" \t".utf8)
    private static let separators = quotes.union(assignments).union(spaces).union([backslash])
    private static let lineEnds = Set("\r\n".utf8)
    private static let wordEnds = quotes.union(spaces).union(lineEnds).union(",;&}".utf8).union([backslash])
    private static let authorityEnds = quotes.union(spaces).union(lineEnds).union("/".utf8)
    private static let credentialBytes = Set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/._=-".utf8)

    /// Where the run of such bytes ends that begins here.
    private func end(of set: Set<UInt8>, from start: Int) -> Int {
        bytes[start...].firstIndex { !set.contains($0) } ?? bytes.count
    }

    /// A value in quotes ends with them; they may be escaped themselves, as in JSON within JSON.
    private func valueEnd(from start: Int, isOneWord: Bool) -> Int {
        guard let quote = bytes[..<start].last, Self.quotes.contains(quote) else {
            let ends = isOneWord ? Self.wordEnds : Self.lineEnds
            return bytes[start...].firstIndex { ends.contains($0) } ?? bytes.count
        }
        let isEscaped = bytes[..<(start - 1)].last == Self.backslash
        var index = start
        while index < bytes.count, bytes[index] != quote {
            if bytes[index] == Self.backslash {
                if isEscaped, index + 1 < bytes.count, bytes[index + 1] == quote { return index }
                index += 1
            }
            index += 1
        }
        return min(index, bytes.count)
    }

    private static func find(_ pattern: [UInt8], in bytes: [UInt8]) -> [Range<Int>] {
        guard let first = pattern.first, bytes.count >= pattern.count else { return [] }
        var found: [Range<Int>] = []
        var start = 0
        while start <= bytes.count - pattern.count {
            if bytes[start] == first, bytes[start..<start + pattern.count].elementsEqual(pattern) {
                found.append(start..<start + pattern.count)
                start += pattern.count
            } else {
                start += 1
            }
        }
        return found
    }
}
