/// Which part of a list is asked for: the parameters `limit` and `after` of every list.
///
/// Lists are paged by key: `after` says where the last page ended, so the millionth row costs what the first does.
package struct PageRequest: Sendable {
    /// Rows of a page when `after` is given and `limit` is not.
    package static let limitDefault: Int32 = 100
    /// The largest `limit`.
    package static let limitMax: Int32 = 1_000
    /// Rows of a list when neither is given: callers of the reference know no pages and expect the whole list.
    package static let unpagedMax: Int32 = 10_000

    package var limit: PageLimit?
    package var after: Cursor?

    package init() {}

    /// Rows to answer at most.
    package var rowsMax: Int32 { limit?.rows ?? (after == nil ? Self.unpagedMax : Self.limitDefault) }

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("limit", &limit)
        try visitor.field("after", &after)
    }
}

/// How many rows a page may have: 1 to ``PageRequest/limitMax``.
package struct PageLimit: FieldValue, Equatable {
    package let rows: Int32

    package init?(_ rows: Int32) {
        guard (1...PageRequest.limitMax).contains(rows) else { return nil }
        self.rows = rows
    }

    package static var expectation: String { "an integer from 1 to \(PageRequest.limitMax)" }

    package static func schema(in place: FieldPlace) -> Schema { .int32(1...PageRequest.limitMax) }

    package init?(json: JSONValue) {
        guard let rows = Int32(json: json) else { return nil }
        self.init(rows)
    }

    package init?(parameter: String) {
        guard let rows = Int32(parameter: parameter) else { return nil }
        self.init(rows)
    }

    package func write(to json: inout JSONWriter) { json.integer(Int64(rows)) }
}

/// The key of a page's last row, opaque to callers: base64url of a JSON array of its columns.
package struct Cursor: FieldValue, Equatable {
    package let columns: [String]

    package init(_ columns: [String]) {
        self.columns = columns
    }

    package static var expectation: String { "the `next` of an earlier page of the same list" }

    /// Opaque: no schema can tell a cursor that the server handed out from another text of its alphabet.
    package static func schema(in place: FieldPlace) -> Schema { .string(pattern: "^[A-Za-z0-9_-]+$") }

    package init?(json: JSONValue) {
        guard case .string(let text) = json, let bytes = Base64URL.decode(text),
            case .array(let values)? = try? JSONParser.parse(bytes)
        else { return nil }
        // Nor has any column a U+0000, as no text of a request has.
        columns = values.compactMap { if case .string(let text) = $0, !text.utf8.contains(0) { text } else { nil } }
        guard !columns.isEmpty, columns.count == values.count else { return nil }
    }

    package func write(to json: inout JSONWriter) {
        var array = JSONWriter()
        array.array { array in for column in columns { array.string(column) } }
        json.string(Base64URL.encode(array.bytes))
    }
}

/// A row of a list, and what the list calls its rows.
package protocol ListedRow: Message {
    /// The member that counts them, and other names of it that the contract keeps.
    static var countNames: [String] { get }
    /// The member that holds them, and other names of it that the contract keeps.
    static var listNames: [String] { get }
}

/// The answer of every list: a page of rows, and where the next one begins.
package struct Page<Row: ListedRow>: Reply {
    package static var schemaName: String { Row.schemaName + "Page" }

    package var rows: [Row] = []
    /// nil at the end of the list.
    package var next: Cursor?

    package init() {}

    package init(_ rows: [Row], next: Cursor?) {
        self.rows = rows
        self.next = next
    }

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        var items = rows.map(PageItem.init)
        var count = Int32(clamping: items.count)
        for name in Row.countNames { try visitor.field(name, &count) }
        for name in Row.listNames { try visitor.field(name, &items) }
        try visitor.field("next", &next)
        rows = items.map(\.row)
    }
}

/// A row as it stands in a list, where the contract writes flags as 0 and 1.
private struct PageItem<Row: Message>: Message {
    static var schemaName: String { Row.schemaName + "Row" }

    var row: Row

    init() { row = Row() }
    init(_ row: Row) { self.row = row }

    mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        // By pointer: a visitor that is copied would copy the buffer it writes to.
        try withUnsafeMutablePointer(to: &visitor) { visitor throws(APIError) in
            var numbering = FlagsAsNumbers(base: visitor)
            try row.fields(&numbering)
        }
    }
}

private enum FlagNumber: IntegerBounds {
    static let range: ClosedRange<Int32> = 0...1
}

private struct FlagsAsNumbers<Base: FieldVisitor>: FieldVisitor {
    let base: UnsafeMutablePointer<Base>

    mutating func field<Value: FieldValue>(_ name: String, _ value: inout Value) throws(APIError) {
        guard let flag = value as? Bool else { return try base.pointee.field(name, &value) }
        var number = Bounded<FlagNumber>(clamping: flag ? 1 : 0)
        try base.pointee.field(name, &number)
        if let read = (number.number != 0) as? Value { value = read }
    }
}

/// A list of messages inside a message.
extension Array: FieldValue where Element: Message {
    package static var expectation: String { "an array of objects" }

    package static func schema(in place: FieldPlace) -> Schema {
        .array(.object(Shape(Element.self) { _ in place }))
    }

    package init?(json: JSONValue) {
        guard case .array(let values) = json else { return nil }
        self.init()
        for value in values {
            guard let element = try? Element(json: value) else { return nil }
            append(element)
        }
    }

    package func write(to json: inout JSONWriter) {
        json.array { json in for element in self { json.body(element) } }
    }
}
