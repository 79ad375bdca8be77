package import TMSAPI

/// A value bound to a `$n` parameter of a statement.
package enum SQLValue: Equatable, Sendable {
    case null
    case integer(Int64)
    case text(String)
    case flag(Bool)
    case time(Timestamp)

    package static func integer(_ value: Int32) -> SQLValue { .integer(Int64(value)) }

    package static func optional(_ text: String?) -> SQLValue { text.map(SQLValue.text) ?? .null }
    package static func optional(_ number: Int64?) -> SQLValue { number.map(SQLValue.integer) ?? .null }
    package static func optional(_ flag: Bool?) -> SQLValue { flag.map(SQLValue.flag) ?? .null }
    package static func optional(_ time: Timestamp?) -> SQLValue { time.map(SQLValue.time) ?? .null }
}
