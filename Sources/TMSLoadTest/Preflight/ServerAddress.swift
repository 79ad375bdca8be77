/// The parts of `--host` that the command line needs to know.
struct ServerAddress: Hashable, Sendable {
    /// Without a slash at its end, and with a scheme.
    let url: String
    let host: String
    let port: Int
    let usesTLS: Bool

    /// - Returns: nil for what is no http or https URL. Without a scheme, http is meant.
    init?(_ text: String) {
        var text = text.trimmed
        if !text.contains("://") { text = "http://" + text }
        while text.hasSuffix("/") { text.removeLast() }
        guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://") else { return nil }
        let scheme = text[..<colon].lowercased()
        guard scheme == "http" || scheme == "https" else { return nil }
        usesTLS = scheme == "https"
        let authority = text[colon...].dropFirst(3).prefix { $0 != "/" }
        // Who would put a password there would see it in every report.
        guard !authority.isEmpty, !authority.contains("@"), !text.contains(where: \.isWhitespace) else { return nil }
        let portSeparator = authority.hasSuffix("]") ? nil : authority.lastIndex(of: ":")
        var name = portSeparator.map { authority[..<$0] } ?? authority
        if name.hasPrefix("["), name.hasSuffix("]") { name = name.dropFirst().dropLast() }
        guard !name.isEmpty else { return nil }
        host = String(name)
        if let portSeparator {
            guard let number = Int(authority[authority.index(after: portSeparator)...]), 1...65_535 ~= number else {
                return nil
            }
            port = number
        } else {
            port = usesTLS ? 443 : 80
        }
        url = scheme + text[colon...]
    }

    var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }
}
