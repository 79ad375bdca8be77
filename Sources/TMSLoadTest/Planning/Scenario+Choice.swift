internal import LoadEngine

extension Scenario {
    /// For `--scenarios-list`.
    var summary: String {
        let needs =
            switch self {
            case .getversion: "no credentials, no database"
            case .getclient, .createkey: "the client's credentials"
            case .getkey: "a key, made before the run unless TMS_PUBKEY_FINGERPRINT names one"
            }
        return "\(request); \(needs)"
    }

    /// The scenarios that a list names, in its order and each once, and the names that nothing answers to. "*" stands
    /// for any letters.
    static func named(_ list: String) -> (scenarios: [Scenario], unknown: [String]) {
        var scenarios: [Scenario] = []
        var unknown: [String] = []
        for name in list.split(separator: ",").map({ $0.trimmed.lowercased() }) where !name.isEmpty {
            let matching = allCases.filter { matches(Substring($0.rawValue), pattern: Substring(name)) }
            if matching.isEmpty { unknown.append(name) }
            scenarios += matching.filter { !scenarios.contains($0) }
        }
        return (scenarios, unknown)
    }

    private static func matches(_ text: Substring, pattern: Substring) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        if first == "*" {
            return matches(text, pattern: pattern.dropFirst())
                || !text.isEmpty && matches(text.dropFirst(), pattern: pattern)
        }
        return text.first == first && matches(text.dropFirst(), pattern: pattern.dropFirst())
    }
}

extension StringProtocol {
    /// Without the blanks at both ends.
    var trimmed: String {
        let start = drop { $0.isWhitespace }
        return String(start.reversed().drop { $0.isWhitespace }.reversed())
    }
}
