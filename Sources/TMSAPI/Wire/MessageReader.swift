/// Fills a message from a JSON object: the one place of the wire's lenient rules (contract 0.2).
///
/// Unknown members are ignored, null is the same as absent, each value type accepts what the contract lets it.
private struct MessageReader: FieldVisitor {
    let object: JSONValue

    mutating func field<Value: FieldValue>(_ name: String, _ value: inout Value) throws(APIError) {
        let json = object[name] ?? .null
        if json == .null {
            guard let absent = Value.absent else { throw mismatch(name, Value.self, found: "null") }
            value = absent
        } else {
            guard let read = Value(json: json) else { throw mismatch(name, Value.self, found: json.kind) }
            value = read
        }
    }

    private func mismatch<Value: FieldValue>(_ name: String, _: Value.Type, found: String) -> APIError {
        APIError(.badRequest, "parse request payload error: '\(name)' must be \(Value.expectation), found \(found)")
    }
}

extension Message {
    /// Reads a message from the bytes of a JSON object.
    /// - Throws: 400 that names the byte or the field that is wrong, never its content.
    package init(json bytes: [UInt8]) throws(APIError) {
        let value: JSONValue
        do {
            value = try JSONParser.parse(bytes)
        } catch {
            throw APIError(.badRequest, "parse request payload error: \(error)")
        }
        try self.init(json: value)
    }

    package init(json value: JSONValue) throws(APIError) {
        guard case .object = value else {
            throw APIError(.badRequest, "parse request payload error: expected an object, found \(value.kind)")
        }
        self.init()
        var reader = MessageReader(object: value)
        try fields(&reader)
    }
}

/// Fills a message from path and query parameters, already percent-decoded.
private struct ParameterReader: FieldVisitor {
    let values: [(name: String, value: String)]

    mutating func field<Value: FieldValue>(_ name: String, _ value: inout Value) throws(APIError) {
        guard let text = values.first(where: { $0.name == name })?.value else {
            guard let absent = Value.absent else {
                throw APIError(.badRequest, "parameter '\(name)' is required")
            }
            value = absent
            return
        }
        guard let read = Value(parameter: text) else {
            throw APIError(.badRequest, "failed to parse parameter '\(name)': it must be \(Value.expectation)")
        }
        value = read
    }
}

extension Message {
    /// - Throws: 400 that names the parameter.
    package init(parameters: [(name: String, value: String)]) throws(APIError) {
        self.init()
        var reader = ParameterReader(values: parameters)
        try fields(&reader)
    }
}
