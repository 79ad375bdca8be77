private struct MessageWriter: FieldVisitor {
    var json: JSONWriter

    mutating func field<Value: FieldValue>(_ name: String, _ value: inout Value) throws(APIError) {
        json.name(name)
        value.write(to: &json)
    }
}

extension JSONWriter {
    /// The members of `message`, without braces.
    package mutating func members(of message: some Message) {
        // The writer moves in and out of the visitor: a copy would cost the buffer's uniqueness.
        var visitor = MessageWriter(json: self)
        self = JSONWriter(capacity: 0)
        var message = message
        // Writing never throws; the signature belongs to reading.
        try? message.fields(&visitor)
        self = visitor.json
    }

    /// A request body.
    package mutating func body(_ message: some Message) {
        object { $0.members(of: message) }
    }

    /// The envelope of a success around the members of `reply` (contract section 0).
    package mutating func success(_ reply: some Reply) {
        object { json in
            json.name("result_code")
            json.string("0")
            json.name("result_msg")
            json.string(reply.resultMessage)
            json.members(of: reply)
        }
    }

    /// The envelope of a refusal: exactly these two members.
    package mutating func failure(_ error: APIError) {
        object { json in
            json.name("result_code")
            json.string(String(error.code.rawValue))
            json.name("result_msg")
            json.string(error.message)
        }
    }
}

extension Message {
    /// The message as a JSON object.
    package var json: [UInt8] {
        var writer = JSONWriter()
        writer.body(self)
        return writer.bytes
    }
}
