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
