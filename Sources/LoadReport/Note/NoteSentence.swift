/// A sentence of the meeting note with the metrics that it comes from.
package struct NoteSentence: Sendable, Hashable {
    package var text: String
    package var sources: [String]

    init(_ text: String, _ sources: String...) {
        (self.text, self.sources) = (text, sources)
    }

    init(_ text: String, from sources: [String]) {
        (self.text, self.sources) = (text, sources)
    }

    /// "It froze at 14:03:22. [freezes.offsetSeconds]"
    package var line: String { "\(text) [\(sources.joined(separator: ", "))]" }
}
