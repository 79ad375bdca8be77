/// The rule for names that are new to the system: tenants, clients, users, hosts and accounts.
///
/// Rows made by the reference may hold any text and stay readable, so this is asked where something is *created*, and
/// never where it is looked up.
package struct Identifier: Sendable {
    package let text: String

    /// - Returns: nil when `text` may not be a new identifier.
    package init?(_ text: String) {
        guard Self.isAcceptable(text) else { return nil }
        self.text = text
    }

    /// Nothing yet, for a message that is to be filled.
    package init() { text = "" }

    /// The longest new identifier, in characters. Long enough for any DNS name in use and any login name.
    package static let lengthMax = 128

    /// Stands for "every user" or "the account of the same name" in user hosts and delegations; never an identity.
    package static let wildcard = "*"

    /// 1 to ``lengthMax`` ASCII letters, digits and `. _ - @ : + ~`.
    package static func isAcceptable(_ text: String) -> Bool {
        (1...lengthMax).contains(text.utf8.count)
            && text.utf8.allSatisfy { character in
                switch character {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "@"), UInt8(ascii: ":"),
                    UInt8(ascii: "+"), UInt8(ascii: "~"):
                    true
                default:
                    false
                }
            }
    }

    /// The same rule as a regular expression.
    static let pattern = "^[A-Za-z0-9._@:+~-]*$"

    static let rule = "1 to \(lengthMax) letters, digits or . _ - @ : + ~"

    /// - Throws: 400 that names the field, when `text` may not be a new identifier.
    package static func check(_ text: String, field: String) throws(APIError) {
        guard isAcceptable(text) else {
            throw APIError(
                .badRequest,
                "'\(field)' must be \(rule) to be registered")
        }
    }
}

extension Identifier: TextValue {
    package static var expectation: String { rule }

    package static func schema(in place: FieldPlace) -> Schema {
        .text(pattern: pattern, lengths: 1...lengthMax, in: place)
    }
}

/// A new identifier, or `*` for all of them.
package struct IdentifierOrWildcard: TextValue {
    package let text: String

    package init?(_ text: String) {
        guard text == Identifier.wildcard || Identifier.isAcceptable(text) else { return nil }
        self.text = text
    }

    package init() { text = "" }

    package var isWildcard: Bool { text == Identifier.wildcard }

    package static var expectation: String { "\(Identifier.rule), or *" }

    package static func schema(in place: FieldPlace) -> Schema {
        .text(pattern: "^(\\*|[A-Za-z0-9._@:+~-]*)$", lengths: 1...Identifier.lengthMax, in: place)
    }
}
