/// A parsed JSON text (RFC 8259).
///
/// Numbers keep the characters they were sent with: the lenient string fields of the contract hand them on verbatim,
/// and an integer field can tell `1` from `1.0`.
package enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([Member])

    package struct Member: Equatable, Sendable {
        package let name: String
        package let value: JSONValue
    }

    /// The member of that name; the last one, should the sender have repeated it.
    package subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.name == name }?.value
    }

    /// What to call the value in an error message. Never the value itself: it may be a secret in the wrong place.
    package var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
