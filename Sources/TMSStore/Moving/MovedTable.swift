/// A table as exports have it: its columns in order, and the statements that read and fill it.
struct MovedTable: Sendable {
    struct Column: Sendable {
        enum Kind: Sendable { case integer, flag, time, text }

        let name: String
        let kind: Kind
        var isOptional = false

        static func integer(_ name: String) -> Column { Column(name: name, kind: .integer) }
        static func flag(_ name: String) -> Column { Column(name: name, kind: .flag) }
        static func time(_ name: String) -> Column { Column(name: name, kind: .time) }
        static func text(_ name: String) -> Column { Column(name: name, kind: .text) }
        var optional: Column { Column(name: name, kind: kind, isOptional: true) }
    }

    let name: String
    let columns: [Column]
    /// So many of the first columns are the key, by which rows are in order.
    var keyColumns = 1
    /// The rows behind a key: its values are `$1…`, how many rows there may be is the last parameter.
    let page: StaticString
    /// All columns, as `$1…$n`.
    let insert: StaticString

    /// Before every key.
    var start: [SQLValue] {
        columns.prefix(keyColumns).map { $0.kind == .text ? .text("") : .integer(Int64.min) }
    }
}
