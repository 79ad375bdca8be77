/// A request body, a set of parameters or a reply: its fields, named once.
///
/// `fields` is written once per type and serves for both directions. A reader assigns each field, a writer emits it.
/// It is what a reflecting codec would find out at run time, spelled out so that it costs nothing.
///
///     package struct ClientPath: Message {
///         package var clientID = ""
///
///         package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
///             try visitor.field("client_id", &clientID)
///         }
///     }
package protocol Message: Sendable {
    /// What the OpenAPI document calls the message: the name of its type.
    static var schemaName: String { get }

    /// A message with nothing in it yet, for a reader to fill.
    init()

    mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError)
}

extension Message {
    package static var schemaName: String { String(describing: Self.self) }
}

/// Visits the fields of a message in the order they stand on the wire.
package protocol FieldVisitor {
    mutating func field<Value: FieldValue>(_ name: String, _ value: inout Value) throws(APIError)
}

/// An operation without parameters, or without a body.
package struct Nothing: Message {
    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {}
}

/// The body of a success.
package protocol Reply: Message {
    static var contentType: String { get }

    /// `result_msg` of the envelope.
    var resultMessage: String { get }

    func encode(into json: inout JSONWriter)
}

extension Reply {
    package static var contentType: String { "application/json; charset=utf-8" }
    package var resultMessage: String { "success" }
    package func encode(into json: inout JSONWriter) { json.success(self) }
}

extension Nothing: Reply {}
