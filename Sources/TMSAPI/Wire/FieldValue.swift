package import Primitives

/// A value that can stand in a field of a ``Message``: how it is read, leniently (contract 0.2), and how it is written.
package protocol FieldValue: Sendable {
    /// What stands for a field that is absent or null; nil where it is required.
    static var absent: Self? { get }

    /// What a reader expects, for error messages: "a string".
    static var expectation: String { get }

    /// The same for programs.
    static func schema(in place: FieldPlace) -> Schema

    /// nil when `json` is not such a value.
    init?(json: JSONValue)

    /// From the text of a path or query parameter; nil when it is not such a value.
    init?(parameter: String)

    func write(to json: inout JSONWriter)
}

extension FieldValue {
    package static var absent: Self? { nil }
    package init?(parameter: String) { self.init(json: .string(parameter)) }
}

extension String: FieldValue {
    package static var expectation: String { "a string" }

    package static func schema(in place: FieldPlace) -> Schema {
        place == .answer ? .string() : .text(pattern: withoutNUL, in: place)
    }

    private static let withoutNUL = #"^[^\u0000]*$"#

    /// Accepts numbers and booleans too, as their text: scripts send `"user_uid": 1`.
    ///
    /// U+0000 is refused: PostgreSQL cannot hold it, and no name of anything has one.
    package init?(json: JSONValue) {
        switch json {
        case .string(let text) where !text.utf8.contains(0): self = text
        case .number(let text): self = text
        case .bool(let value): self = value ? "true" : "false"
        default: return nil
        }
    }

    package func write(to json: inout JSONWriter) { json.string(self) }
}

extension Bool: FieldValue {
    package static var expectation: String { "true or false" }

    package static func schema(in place: FieldPlace) -> Schema { .boolean }

    package init?(json: JSONValue) {
        guard case .bool(let value) = json else { return nil }
        self = value
    }

    package init?(parameter: String) {
        self.init(parameter)
    }

    package func write(to json: inout JSONWriter) { json.bool(self) }
}

extension Int32: FieldValue {
    package static var expectation: String { "an integer from \(Int32.min) to \(Int32.max)" }

    package static func schema(in place: FieldPlace) -> Schema { .int32(.min ... .max) }

    /// JSON integers only: neither `1.0` nor `"1"`.
    package init?(json: JSONValue) {
        guard case .number(let text) = json else { return nil }
        self.init(text)
    }

    package init?(parameter: String) {
        self.init(parameter)
    }

    package func write(to json: inout JSONWriter) { json.integer(Int64(self)) }
}

extension Timestamp: FieldValue {
    package static var expectation: String { "an RFC 3339 time" }

    package static func schema(in place: FieldPlace) -> Schema { .string(format: "date-time") }

    package init?(json: JSONValue) {
        guard case .string(let text) = json else { return nil }
        self.init(rfc3339: text)
    }

    package func write(to json: inout JSONWriter) { json.time(self) }
}

extension SecretBytes: FieldValue {
    package static var expectation: String { "a string" }

    package static func schema(in place: FieldPlace) -> Schema { .string() }

    package convenience init?(json: JSONValue) {
        guard case .string(let text) = json else { return nil }
        self.init(text)
    }

    package convenience init?(parameter: String) {
        self.init(parameter)
    }

    package func write(to json: inout JSONWriter) { json.secret(self) }
}

extension Optional: FieldValue where Wrapped: FieldValue {
    package static var absent: Wrapped?? { .some(nil) }
    package static var expectation: String { Wrapped.expectation }

    package static func schema(in place: FieldPlace) -> Schema {
        switch place {
        case .body, .answer: .nullable(Wrapped.schema(in: place))
        case .path, .query: Wrapped.schema(in: place)
        }
    }

    package init?(json: JSONValue) {
        guard let value = Wrapped(json: json) else { return nil }
        self = value
    }

    package init?(parameter: String) {
        guard let value = Wrapped(parameter: parameter) else { return nil }
        self = value
    }

    package func write(to json: inout JSONWriter) {
        if let self { self.write(to: &json) } else { json.null() }
    }
}

/// A number that the contract puts on the wire as a string: `"max_uses": "3"`.
package struct Quoted: FieldValue, Equatable {
    package var number: Int32

    package init(_ number: Int32) {
        self.number = number
    }

    package static var expectation: String { "a string holding a number" }

    package static func schema(in place: FieldPlace) -> Schema { .string(pattern: "^-?(0|[1-9][0-9]*)$") }

    package init?(json: JSONValue) {
        guard case .string(let text) = json, let number = Int32(text) else { return nil }
        self.number = number
    }

    package func write(to json: inout JSONWriter) { json.string(String(number)) }
}
