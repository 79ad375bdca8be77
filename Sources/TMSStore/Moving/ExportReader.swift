internal import Crypto
internal import TMSAPI

/// A row of an export.
struct ExportRow {
    /// In the file, from 1.
    let line: Int
    let table: MovedTable
    let values: [SQLValue]
}

/// Reads an export row by row and finds out whether it is one, and all of one.
final class ExportReader {
    let path: String
    private let lines: LineReader
    private var identifier = SHA256()
    private var summers: [TableSummer] = []
    private var table: MovedTable?
    private var isAtEnd = false
    /// Read so far.
    private(set) var rows = 0

    /// - Throws: ``MoveError``, with file and line, as everything here does.
    init(path: String) throws {
        self.path = path
        do {
            lines = try LineReader(path: path)
        } catch {
            throw MoveError("\(path): \(error)")
        }
        do {
            guard let line = try lines.next() else { throw MoveError("is empty") }
            _ = try ExportFormat.header(line)
            identifier.update(data: line)
        } catch {
            // Of a file that is none of ours the line does not matter.
            throw MoveError("\(path): \(error)")
        }
    }

    /// - Returns: nil behind the last row of a file that is in order.
    func nextRow() throws -> ExportRow? {
        do {
            return try readRow()
        } catch {
            throw MoveError("\(path):\(max(1, lines.number)): \(error)")
        }
    }

    private func readRow() throws -> ExportRow? {
        while !isAtEnd {
            guard let line = try lines.next() else {
                throw MoveError("the file ends before its last line: it was cut")
            }
            if line.first == UInt8(ascii: "[") {
                guard let table else { throw MoveError("a row of no table") }
                let values = try table.values(of: line)
                summers[summers.count - 1].add(line, rows: 1)
                rows += 1
                return ExportRow(line: lines.number, table: table, values: values)
            }
            try take(line)
        }
        return nil
    }

    /// What is no row begins a table or ends the file. Both have one form only, so that they are compared and not read.
    private func take(_ line: [UInt8]) throws {
        if line.starts(with: #"{"end":"#.utf8) { return try end(with: line) }
        guard summers.count < MovedTable.all.count else { throw MoveError("expected the last line of an export") }
        let next = MovedTable.all[summers.count]
        guard line == ExportFormat.line(beginning: next) else {
            throw MoveError("neither a row nor the beginning of the table \(next.name)")
        }
        table = next
        summers.append(TableSummer(of: next))
    }

    private func end(with line: [UInt8]) throws {
        guard summers.count == MovedTable.all.count else {
            throw MoveError("the file ends before the table \(MovedTable.all[summers.count].name)")
        }
        let expected = try ExportFormat.sums(line)
        for (sum, expected) in zip(sums, expected) where sum != expected {
            throw MoveError(
                "\(sum.table) has \(sum.rows) rows with the checksum \(sum.sha256), and should have "
                    + "\(expected.rows) with \(expected.sha256): the file was damaged")
        }
        guard line == ExportFormat.line(ending: sums) else { throw MoveError("the last line is damaged") }
        guard try lines.next() == nil else { throw MoveError("text behind the last line") }
        identifier.update(data: line)
        isAtEnd = true
    }

    /// Of the tables read so far.
    var sums: [TableSum] { summers.map(\.sum) }

    /// Tells the file from all others, when all of it is read.
    var identity: String { identifier.finalize().hexadecimal }
}
