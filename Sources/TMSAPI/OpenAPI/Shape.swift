/// The fields of a message with their schemas: found by visiting the message, as a reader or a writer does.
package struct Shape: Sendable, Equatable {
    package struct Field: Sendable, Equatable {
        package let name: String
        package let place: FieldPlace
        package let schema: Schema
        package let isRequired: Bool
    }

    /// Its name among the components of the document: that of the Swift type.
    package let name: String
    package let fields: [Field]

    init<Content: Message>(_: Content.Type, in place: (_ field: String) -> FieldPlace) {
        name = Content.schemaName
        fields = Self.fields(of: Content.self, in: place)
    }

    /// The body of a success: the envelope with the members of the reply.
    init<Answer: Reply>(answer _: Answer.Type) {
        name = Answer.schemaName
        fields = Self.envelope(code: "^0$") + Self.fields(of: Answer.self) { _ in .answer }
    }

    private init(name: String, fields: [Field]) {
        self.name = name
        self.fields = fields
    }

    /// The body of a refusal.
    package static let refusal = Shape(name: "Error", fields: envelope(code: "^[45][0-9]{2}$"))

    private static func envelope(code: String) -> [Field] {
        [
            Field(name: "result_code", place: .answer, schema: .string(pattern: code), isRequired: true),
            Field(name: "result_msg", place: .answer, schema: .string(), isRequired: true),
        ]
    }

    private static func fields<Content: Message>(
        of _: Content.Type, in place: (_ field: String) -> FieldPlace
    ) -> [Field] {
        withoutActuallyEscaping(place) { place in
            var collector = FieldCollector(place: place)
            var message = Content()
            // Collecting never throws; the signature belongs to reading.
            try? message.fields(&collector)
            return collector.fields
        }
    }

    /// A value of this shape out of the words of the vocabulary.
    /// - Parameter replaced: values for fields of these names.
    package func example(replacing replaced: [String: JSONValue] = [:]) -> JSONValue {
        .object(fields.map { .init($0.name, $0.example(replacing: replaced)) })
    }

    package var json: JSONValue {
        let properties = fields.map { JSONValue.Member($0.name, $0.described) }
        let required = fields.filter(\.isRequired).map { JSONValue.string($0.name) }
        var members: [JSONValue.Member] = [.init("type", "object"), .init("properties", .object(properties))]
        if !required.isEmpty { members.insert(.init("required", .array(required)), at: 1) }
        return .object(members)
    }
}

extension Shape.Field {
    package func example(replacing replaced: [String: JSONValue] = [:]) -> JSONValue {
        if let value = replaced[name] { return schema.fitted(value) }
        if case .array(.object(let row)) = schema { return .array([row.example(replacing: replaced)]) }
        return schema.fitted(Vocabulary.terms[name]?.example ?? .null)
    }

    /// The schema with what the vocabulary says of the name.
    fileprivate var described: JSONValue {
        guard case .object(var members) = schema.json, let term = Vocabulary.terms[name] else { return schema.json }
        members.append(.init("description", .string(term.meaning)))
        if case .array = schema { return .object(members) }
        members.append(.init("example", example()))
        return .object(members)
    }
}

private struct FieldCollector: FieldVisitor {
    let place: (_ field: String) -> FieldPlace
    var fields: [Shape.Field] = []

    mutating func field<Value: FieldValue>(_ name: String, _ value: inout Value) throws(APIError) {
        let place = place(name)
        let isOptional = if case .some = Value.absent { true } else { false }
        fields.append(
            Shape.Field(
                name: name, place: place, schema: Value.schema(in: place),
                // What is written is written always, be it null.
                isRequired: place == .answer || !isOptional))
    }
}
