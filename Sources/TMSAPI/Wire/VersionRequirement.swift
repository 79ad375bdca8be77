/// The version of a client's application, in the grammar the reference takes: Cargo's version *requirements* (contract
/// 3.5), such as `1.0`, `>=1.2, <2` or `*`. Kept verbatim, and only looked at to see that it is one.
package struct VersionRequirement: TextValue {
    package let text: String

    /// Characters at most; the reference has no limit.
    package static let lengthMax = 128

    package init?(_ text: String) {
        guard Self.isRequirement(text) else { return nil }
        self.text = text
    }

    package init() { text = "" }

    package static var expectation: String { "a version such as 1.0, 1.2.3 or >=1.2, <2" }

    /// A number is taken too, as its text: a whole one is always a version, others depend on their digits.
    package static func schema(in place: FieldPlace) -> Schema {
        let text = Schema.string(pattern: pattern, lengths: 1...lengthMax)
        return place == .body ? .anyOf([text, .integer(0...Int64.max)]) : text
    }

    /// The whole grammar, for the OpenAPI document too: regular in ECMA 262 and in Swift.
    package static let pattern: String = {
        let number = "(0|[1-9][0-9]*)"
        let identifiers = "[0-9A-Za-z-]+(\\.[0-9A-Za-z-]+)*"
        let exact = "\(number)\\.\(number)\\.\(number)(-\(identifiers))?(\\+\(identifiers))?"
        let partial = "\(number)(\\.(\(number)|[*xX])(\\.[*xX])?)?"
        let comparator = " *(=|>=|>|<=|<|~|\\^)? *(\(exact)|\(partial)) *"
        return "^( *[*xX] *|\(comparator)(,\(comparator))*)$"
    }()

    private static func isRequirement(_ text: String) -> Bool {
        guard text.utf8.count <= lengthMax, let expression = try? Regex(pattern) else { return false }
        return text.wholeMatch(of: expression) != nil
    }
}
