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

    /// The whole grammar, for the OpenAPI document: regular in ECMA 262. Each text is read in one way only, so that whoever
    /// matches it by trying need not try long.
    package static let pattern: String = {
        let number = "(0|[1-9][0-9]*)"
        let identifiers = "[0-9A-Za-z-]+(\\.[0-9A-Za-z-]+)*"
        let exact = "\(number)\\.\(number)\\.\(number)(-\(identifiers))?(\\+\(identifiers))?"
        let partial = "\(number)(\\.(\(number)|[*xX])(\\.[*xX])?)?"
        let comparator = " *((=|>=|>|<=|<|~|\\^) *)?(\(exact)|\(partial)) *"
        return "^( *[*xX] *|\(comparator)(,\(comparator))*)$"
    }()

    /// From left to right, each byte once: anybody may send a text, and a registration's is read on an event loop.
    private static func isRequirement(_ text: String) -> Bool {
        guard text.utf8.count <= lengthMax else { return false }
        var scanner = RequirementScanner(text)
        return scanner.takeAll()
    }
}

/// Reads a text by the grammar of ``VersionRequirement/pattern``.
private struct RequirementScanner {
    private var rest: Substring.UTF8View

    init(_ text: String) {
        rest = text.utf8[...]
    }

    mutating func takeAll() -> Bool {
        takeSpaces()
        if takeWildcard() {
            takeSpaces()
            return rest.isEmpty
        }
        repeat {
            guard takeComparator() else { return false }
        } while take(",")
        return rest.isEmpty
    }

    private mutating func takeComparator() -> Bool {
        takeSpaces()
        if take(">") || take("<") { _ = take("=") } else { _ = take("=") || take("~") || take("^") }
        takeSpaces()
        guard takeVersion() else { return false }
        takeSpaces()
        return true
    }

    /// `1`, `1.2`, `1.x`, `1.x.x`, `1.2.x`, or all three numbers with what may follow them.
    private mutating func takeVersion() -> Bool {
        guard takeNumber() else { return false }
        guard take(".") else { return true }
        if takeWildcard() { return take(".") ? takeWildcard() : true }
        guard takeNumber() else { return false }
        guard take(".") else { return true }
        if takeWildcard() { return true }
        guard takeNumber() else { return false }
        if take("-"), !takeIdentifiers() { return false }
        return take("+") ? takeIdentifiers() : true
    }

    private mutating func takeNumber() -> Bool {
        if take("0") { return true }
        return takeWhile { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    private mutating func takeIdentifiers() -> Bool {
        repeat {
            let isTaken = takeWhile { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
            guard isTaken else { return false }
        } while take(".")
        return true
    }

    private mutating func takeWildcard() -> Bool { take("*") || take("x") || take("X") }

    private mutating func takeSpaces() { _ = takeWhile { $0 == UInt8(ascii: " ") } }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    /// - Returns: whether there was any.
    private mutating func takeWhile(_ isTaken: (UInt8) -> Bool) -> Bool {
        let following = rest.drop(while: isTaken)
        defer { rest = following }
        return following.startIndex > rest.startIndex
    }
}
