internal import Crypto

/// What two copies of a table must agree in.
package struct TableSum: Equatable, Sendable {
    package let table: String
    package let rows: Int
    /// SHA-256 of the table's lines in an export, each with its end of line, in hexadecimal.
    package let sha256: String
}

/// A sum in the making.
struct TableSummer {
    let table: String
    private(set) var rows = 0
    private var hash = SHA256()

    init(of table: MovedTable) {
        self.table = table.name
    }

    /// - Parameter lines: of so many rows, with their ends.
    mutating func add(_ lines: [UInt8], rows count: Int) {
        hash.update(data: lines)
        rows += count
    }

    var sum: TableSum { TableSum(table: table, rows: rows, sha256: hash.finalize().hexadecimal) }
}

extension Digest {
    var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xF)]] }, as: UTF8.self)
    }
}
