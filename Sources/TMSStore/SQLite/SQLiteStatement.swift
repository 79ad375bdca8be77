private import CSQLite
internal import TMSAPI

/// A prepared statement and, while it is stepped, its current row.
final class SQLiteStatement: SQLRow {
    private let pointer: OpaquePointer
    /// Which value goes to each of SQLite's parameters. SQLite takes `$2` for a name and counts parameters in the order
    /// of their appearance; for us, as for PostgreSQL, it is the second value.
    private let valueIndexes: [Int]
    /// Where the texts bound to the parameters are while the statement runs: SQLite would allocate a copy of each.
    private var texts = TextArena()

    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
        let count = sqlite3_bind_parameter_count(pointer)
        valueIndexes = (0..<count).map { index in
            let name = sqlite3_bind_parameter_name(pointer, index + 1).map { String(cString: $0) } ?? ""
            return (Int(name.dropFirst()) ?? 0) - 1
        }
    }

    /// Whether each parameter has a value, and each value a parameter.
    func takes(_ count: Int) -> Bool {
        Set(valueIndexes) == Set(0..<count)
    }

    deinit {
        sqlite3_finalize(pointer)
        texts.deallocate()
    }

    func bind(_ values: [SQLValue]) {
        texts.empty(reserving: values.reduce(0) { $0 + $1.textBytes })
        for (index, valueIndex) in zip(Int32(1)..., valueIndexes) {
            switch values[valueIndex] {
            case .null: sqlite3_bind_null(pointer, index)
            case .integer(let number): sqlite3_bind_int64(pointer, index, number)
            case .flag(let flag): sqlite3_bind_int64(pointer, index, flag ? 1 : 0)
            case .time(let time): sqlite3_bind_int64(pointer, index, time.microseconds)
            case .text(var text):
                let copy = text.withUTF8 { texts.append($0) }
                sqlite3_bind_text(pointer, index, copy.baseAddress, Int32(copy.count), Self.staysWhereItIs)
            }
        }
    }

    /// SQLITE_STATIC: the text stays until the statement is bound again or gone.
    private static var staysWhereItIs: sqlite3_destructor_type? { nil }

    func step() -> Int32 { sqlite3_step(pointer) }

    func reset() {
        sqlite3_reset(pointer)
    }

    /// Steps forward in a table without an index, in all runs so far.
    var rowsScanned: Int { Int(sqlite3_stmt_status(pointer, SQLITE_STMTSTATUS_FULLSCAN_STEP, 0)) }

    /// Steps of the virtual machine, in all runs so far.
    var steps: Int { Int(sqlite3_stmt_status(pointer, SQLITE_STMTSTATUS_VM_STEP, 0)) }

    // MARK: SQLRow

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(pointer, column) == SQLITE_NULL }

    func text(_ column: Int32) -> String {
        guard let text = sqlite3_column_text(pointer, column) else { return "" }
        let count = Int(sqlite3_column_bytes(pointer, column))
        return String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self)
    }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(pointer, column) }
    func flag(_ column: Int32) -> Bool { integer(column) != 0 }
    func time(_ column: Int32) -> Timestamp { Timestamp(clamping: integer(column)) }
}

extension SQLValue {
    fileprivate var textBytes: Int {
        if case .text(let text) = self { text.utf8.count } else { 0 }
    }
}

/// Memory for texts that are needed for a moment, used again and again.
private struct TextArena {
    /// What is kept between uses; more was for an unusual value and is given back.
    private static let keptMax = 4096
    private var memory = UnsafeMutableBufferPointer<CChar>.allocate(capacity: 256)
    private var used = 0

    mutating func empty(reserving count: Int) {
        used = 0
        guard count > memory.count || memory.count > Self.keptMax else { return }
        memory.deallocate()
        memory = .allocate(capacity: max(count, 256))
    }

    /// - Precondition: the room was reserved.
    mutating func append(_ text: UnsafeBufferPointer<UInt8>) -> UnsafeMutableBufferPointer<CChar> {
        let place = UnsafeMutableBufferPointer(rebasing: memory[used..<used + text.count])
        UnsafeMutableRawBufferPointer(place).copyMemory(from: UnsafeRawBufferPointer(text))
        used += text.count
        return place
    }

    func deallocate() {
        memory.deallocate()
    }
}
