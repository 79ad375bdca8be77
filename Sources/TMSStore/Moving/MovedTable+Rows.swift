internal import TMSAPI

/// A row is a line with a JSON array of its columns: numbers whole, times in microseconds since 1970 (UTC).
extension MovedTable {
    func values(of row: any SQLRow) -> [SQLValue] {
        columns.enumerated().map { index, column in
            let index = Int32(index)
            if row.isNull(index) { return .null }
            return switch column.kind {
            case .integer: .integer(row.integer(index))
            case .flag: .flag(row.flag(index))
            case .time: .time(row.time(index))
            case .text: .text(row.text(index))
            }
        }
    }

    /// - Throws: ``MoveError`` with what is wrong with the line.
    func values(of line: [UInt8]) throws -> [SQLValue] {
        let json: JSONValue
        do {
            json = try JSONParser.parse(line)
        } catch {
            throw MoveError("no JSON: \(error)")
        }
        guard case .array(let elements) = json, elements.count == columns.count else {
            throw MoveError("a row of \(name) has \(columns.count) columns")
        }
        return try zip(columns, elements).map { column, element in
            guard let value = column.value(of: element) else {
                throw MoveError("column \(column.name) of \(name) cannot be \(element.kind)")
            }
            return value
        }
    }
}

extension MovedTable.Column {
    fileprivate func value(of element: JSONValue) -> SQLValue? {
        switch (kind, element) {
        case (_, .null): isOptional ? .null : nil
        case (.integer, .number(let text)): Int64(text).map { .integer($0) }
        case (.time, .number(let text)): Int64(text).map { .time(Timestamp(microseconds: $0)) }
        case (.flag, .bool(let flag)): .flag(flag)
        case (.text, .string(let text)): .text(text)
        default: nil
        }
    }
}

extension JSONWriter {
    mutating func row(_ values: [SQLValue]) {
        array { json in
            for value in values {
                switch value {
                case .null: json.null()
                case .integer(let number): json.integer(number)
                case .flag(let flag): json.bool(flag)
                case .time(let time): json.integer(time.microseconds)
                case .text(let text): json.string(text)
                }
            }
        }
    }
}
