internal import Crypto
internal import FoundationEssentials

/// The page at `/`: one file without anything from elsewhere, which shows `/spec` and sends requests.
enum DocsPage {
    static let html = PackageResources.docs_html

    /// Lets the page run its own script and style, known by their hashes, and reach this server; nothing else.
    static let headers: [(name: String, value: String)] = [
        (
            "content-security-policy",
            [
                "default-src 'none'", "script-src '\(hash(of: "script"))'", "style-src '\(hash(of: "style"))'",
                "connect-src 'self'", "img-src data:", "base-uri 'none'", "form-action 'none'",
                "frame-ancestors 'none'",
            ].joined(separator: "; ")
        ),
        ("referrer-policy", "no-referrer"),
    ]

    /// "sha256-…" of what stands in the page's one element of that name.
    private static func hash(of element: String) -> String {
        let text = String(decoding: html, as: UTF8.self)
        guard let start = text.firstRange(of: "<\(element)>"), let end = text.firstRange(of: "</\(element)>") else {
            preconditionFailure("the page has no \(element)")
        }
        let content = text[start.upperBound..<end.lowerBound]
        return "sha256-" + Data(SHA256.hash(data: Array(content.utf8))).base64EncodedString()
    }
}
