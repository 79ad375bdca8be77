/// Writes a JSON tree as YAML 1.2 in block style, for people to read.
package struct YAMLWriter {
    package private(set) var text = ""

    package init(_ value: JSONValue) {
        block(value, indent: 0)
    }

    /// The value on lines that begin at `indent`.
    /// - Parameter continues: whether the first of them has begun already, with a dash.
    private mutating func block(_ value: JSONValue, indent: Int, continues: Bool = false) {
        let margin = String(repeating: " ", count: indent)
        var isFirst = continues
        func start() -> String {
            defer { isFirst = false }
            return isFirst ? "" : margin
        }
        switch value {
        case .object(let members) where !members.isEmpty:
            for member in members {
                text += start() + Self.scalar(.string(member.name)) + ":"
                if member.value.isEmptyOrScalar {
                    text += " " + Self.scalar(member.value) + "\n"
                } else {
                    text += "\n"
                    block(member.value, indent: indent + 2)
                }
            }
        case .array(let elements) where !elements.isEmpty:
            for element in elements {
                text += start() + "- "
                block(element, indent: indent + 2, continues: true)
            }
        default: text += start() + Self.scalar(value) + "\n"
        }
    }

    /// Plain where a word can be nothing else; otherwise as JSON, which YAML's double quotes include.
    private static func scalar(_ value: JSONValue) -> String {
        if case .string(let text) = value, isPlain(text) { return text }
        return String(decoding: value.json, as: UTF8.self)
    }

    private static func isPlain(_ text: String) -> Bool {
        let otherMeanings: Set = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        guard let first = text.utf8.first, isLetter(first), !otherMeanings.contains(text.lowercased()) else {
            return false
        }
        return text.utf8.allSatisfy {
            isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "_")
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}

extension JSONValue {
    fileprivate var isEmptyOrScalar: Bool {
        switch self {
        case .object(let members): members.isEmpty
        case .array(let elements): elements.isEmpty
        case .null, .bool, .number, .string: true
        }
    }
}
