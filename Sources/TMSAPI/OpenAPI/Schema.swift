/// What JSON a field may hold, as OpenAPI 3.0 can say it.
package indirect enum Schema: Sendable, Equatable {
    case boolean
    case number
    /// Up to `Int64.max` means without an upper limit.
    case integer(ClosedRange<Int64>)
    case string(pattern: String? = nil, lengths: ClosedRange<Int>? = nil, format: String? = nil)
    case anyOf([Schema])
    case array(Schema)
    case object(Shape)
    case nullable(Schema)
}

/// Where a field stands. What is read there is not what is written there: a body's text may come as a number.
package enum FieldPlace: Sendable {
    case path
    case query
    case body
    case answer
}

extension Schema {
    /// Text as the lenient rules of the wire take it (contract 0.2): in a body also as a number or a boolean.
    static func text(pattern: String? = nil, lengths: ClosedRange<Int>? = nil, in place: FieldPlace) -> Schema {
        switch place {
        case .body: .anyOf([.string(pattern: pattern, lengths: lengths), .number, .boolean])
        case .path: .string(pattern: pattern, lengths: lengths ?? 1...Int.max)
        case .query, .answer: .string(pattern: pattern, lengths: lengths)
        }
    }

    static func int32(_ range: ClosedRange<Int32>) -> Schema {
        .integer(Int64(range.lowerBound)...Int64(range.upperBound))
    }
}

// MARK: JSON

extension Schema {
    /// The schema object of OpenAPI 3.0; objects are references to components.
    package var json: JSONValue { .object(members(isNullable: false)) }

    private func members(isNullable: Bool) -> [JSONValue.Member] {
        let nullable: [JSONValue.Member] = isNullable ? [.init("nullable", true)] : []
        switch self {
        case .boolean: return [.init("type", "boolean")] + nullable
        case .number: return [.init("type", "number")] + nullable
        case .integer(let range): return Self.members(of: range) + nullable
        case .string(let pattern, let lengths, let format):
            return Self.members(of: pattern, lengths, format) + nullable
        case .anyOf(let alternatives):
            // `nullable` means something only beside a `type`, so it goes into one of the alternatives.
            let schemas = alternatives.enumerated().map { index, alternative in
                JSONValue.object(alternative.members(isNullable: isNullable && index == 0))
            }
            return [.init("anyOf", .array(schemas))]
        case .array(let element): return [.init("type", "array"), .init("items", element.json)] + nullable
        case .object(let shape): return [.init("$ref", .string("#/components/schemas/" + shape.name))]
        case .nullable(let schema): return schema.members(isNullable: true)
        }
    }

    private static func members(of range: ClosedRange<Int64>) -> [JSONValue.Member] {
        if range.upperBound == .max {
            return [.init("type", "integer"), .init("minimum", .number(String(range.lowerBound)))]
        }
        let isInt32 = range.lowerBound >= Int32.min && range.upperBound <= Int32.max
        return [
            .init("type", "integer"), .init("format", isInt32 ? "int32" : "int64"),
            .init("minimum", .number(String(range.lowerBound))), .init("maximum", .number(String(range.upperBound))),
        ]
    }

    private static func members(
        of pattern: String?, _ lengths: ClosedRange<Int>?, _ format: String?
    ) -> [JSONValue.Member] {
        var members: [JSONValue.Member] = [.init("type", "string")]
        if let format { members.append(.init("format", .string(format))) }
        if let pattern { members.append(.init("pattern", .string(pattern))) }
        if let lengths {
            members.append(.init("minLength", .number(String(lengths.lowerBound))))
            if lengths.upperBound < .max { members.append(.init("maxLength", .number(String(lengths.upperBound)))) }
        }
        return members
    }

    /// The example as this schema has it: the vocabulary knows each name once, the wire has some of them in two types.
    func fitted(_ example: JSONValue) -> JSONValue {
        switch (self, example) {
        case (.nullable(let schema), _): schema.fitted(example)
        case (.string, .number(let text)): .string(text)
        case (.integer, .string(let text)) where Int64(text) != nil: .number(text)
        case (.integer, .bool(let flag)): .number(flag ? "1" : "0")
        default: example
        }
    }

    /// The objects that the schema is made of, itself included.
    package var shapes: [Shape] {
        switch self {
        case .object(let shape): [shape] + shape.fields.flatMap(\.schema.shapes)
        case .array(let schema), .nullable(let schema): schema.shapes
        case .anyOf(let schemas): schemas.flatMap(\.shapes)
        case .boolean, .number, .integer, .string: []
        }
    }
}
