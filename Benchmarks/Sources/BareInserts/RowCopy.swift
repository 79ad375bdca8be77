internal import CSQLite
internal import Glibc

/// Inserts rows like one that the server stored: the same columns and values, but for those that differ with every key.
final class RowCopy {
    /// What a column gets instead of the value in the row that is copied.
    enum Variation {
        case now
        case fingerprint
        case publicKey
        /// The fingerprint, and what follows it in the copied row.
        case subject(rest: [UInt8])
    }

    private let insert: OpaquePointer
    private let database: Database
    private var variations: [(parameter: Int32, variation: Variation)] = []

    /// - Parameter table: of which the newest row is copied.
    init(_ database: Database, table: String) throws(Problem) {
        self.database = database
        let newest = try database.prepare("SELECT * FROM \(table) ORDER BY id DESC LIMIT 1")
        defer { sqlite3_finalize(newest) }
        guard sqlite3_step(newest) == SQLITE_ROW else { throw Problem("\(table) has no row to copy") }
        let columns = (0..<sqlite3_column_count(newest)).map { ($0, String(cString: sqlite3_column_name(newest, $0))) }
            .filter { $0.1 != "id" }
        let names = columns.map(\.1).joined(separator: ", ")
        let marks = columns.map { _ in "?" }.joined(separator: ", ")
        insert = try database.prepare("INSERT INTO \(table) (\(names)) VALUES (\(marks))")
        for (parameter, (column, name)) in zip(Int32(1)..., columns) {
            // Stays bound for all rows; what varies is bound anew for each.
            sqlite3_bind_value(insert, parameter, sqlite3_column_value(newest, column))
            if let variation = Self.variation(of: name, text: sqlite3_column_text(newest, column)) {
                variations.append((parameter, variation))
            }
        }
    }

    private static func variation(of column: String, text: UnsafePointer<UInt8>?) -> Variation? {
        switch column {
        case "created", "updated", "at": .now
        case "public_key_fingerprint": .fingerprint
        case "public_key": .publicKey
        case "subject":
            .subject(rest: text.map { Array(String(cString: $0).utf8.dropFirst(KeyTexts.fingerprintLength)) } ?? [])
        default: nil
        }
    }

    func insert(_ key: KeyTexts, now: Int64) throws(Problem) {
        for (parameter, variation) in variations {
            switch variation {
            case .now: sqlite3_bind_int64(insert, parameter, now)
            case .fingerprint: bind(key.fingerprint, parameter)
            case .publicKey: bind(key.publicKey, parameter)
            case .subject(let rest): bind(key.fingerprint + rest, parameter)
            }
        }
        guard sqlite3_step(insert) == SQLITE_DONE else { throw Problem(database.handle, "inserting") }
        sqlite3_reset(insert)
    }

    private func bind(_ text: [UInt8], _ parameter: Int32) {
        text.withUnsafeBytes {
            _ = sqlite3_bind_text(
                insert, parameter, $0.baseAddress?.assumingMemoryBound(to: CChar.self), Int32($0.count), Self.copiesText
            )
        }
    }

    /// SQLITE_TRANSIENT, a cast that Swift cannot import.
    private static var copiesText: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

    deinit {
        sqlite3_finalize(insert)
    }
}
