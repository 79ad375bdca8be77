/// A text that follows a rule of its own: a field value that is read as leniently as any text, and then checked.
package protocol TextValue: FieldValue, Equatable {
    var text: String { get }

    /// - Returns: nil when the text does not follow the rule.
    init?(_ text: String)
}

extension TextValue {
    package init?(json: JSONValue) {
        guard let text = String(json: json) else { return nil }
        self.init(text)
    }

    package func write(to json: inout JSONWriter) { json.string(text) }
}

/// Words for people: 1 to 256 characters, none of them a control character.
package struct FreeText: TextValue {
    package static let lengthMax = 256
    package let text: String

    package init() { text = "" }

    package init?(_ text: String) {
        guard (1...Self.lengthMax).contains(text.unicodeScalars.count),
            text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
        else { return nil }
        self.text = text
    }

    package static var expectation: String { "1 to \(lengthMax) characters, none of them a control character" }

    package static func schema(in place: FieldPlace) -> Schema {
        .text(pattern: #"^[^\u0000-\u001F\u007F]*$"#, lengths: 1...lengthMax, in: place)
    }
}
