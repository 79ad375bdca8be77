internal import CLibPQ
private import Glibc
internal import TMSAPI

/// What the server has sent for one command.
final class PostgreSQLResult {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        PQclear(pointer)
    }

    var status: ExecStatusType { PQresultStatus(pointer) }

    /// Rows that a statement inserted, updated or deleted. Those of a SELECT do not count.
    var changes: Int {
        guard strncmp(PQcmdStatus(pointer), "SELECT", 6) != 0 else { return 0 }
        return Int(String(cString: PQcmdTuples(pointer))) ?? 0
    }

    /// A COMMIT that the server has answered with ROLLBACK is none.
    var isCommit: Bool { strcmp(PQcmdStatus(pointer), "COMMIT") == 0 }

    /// Of a description of a statement.
    var parameterTypes: [Oid] { (0..<PQnparams(pointer)).map { PQparamtype(pointer, $0) } }

    func forEachRow(_ body: (any SQLRow) -> Void) {
        let rowCount = PQntuples(pointer)
        guard rowCount > 0 else { return }
        let row = PostgreSQLRow(pointer)
        while row.number < rowCount {
            body(row)
            row.number += 1
        }
    }
}

/// What a question was answered that was asked before somebody needed it.
struct PostgreSQLAnswer {
    let question: Question
    let result: PostgreSQLResult
}

/// The current row of a result in binary form.
final class PostgreSQLRow: SQLRow {
    private let result: OpaquePointer
    /// From 0.
    fileprivate var number: Int32 = 0

    /// - Parameter result: must live as long as the row is used.
    fileprivate init(_ result: OpaquePointer) {
        self.result = result
    }

    func isNull(_ column: Int32) -> Bool { PQgetisnull(result, number, column) == 1 }

    func text(_ column: Int32) -> String {
        String(decoding: bytes(column), as: UTF8.self)
    }

    func integer(_ column: Int32) -> Int64 {
        let bytes = bytes(column)
        switch PQftype(result, column) {
        case PostgreSQLType.int8: return Int64(bigEndian: Self.load(bytes))
        case PostgreSQLType.int4: return Int64(Int32(bigEndian: Self.load(bytes)))
        case PostgreSQLType.int2: return Int64(Int16(bigEndian: Self.load(bytes)))
        case PostgreSQLType.bool: return Int64(bytes.first ?? 0)
        default: return 0
        }
    }

    func flag(_ column: Int32) -> Bool { integer(column) != 0 }

    func time(_ column: Int32) -> Timestamp {
        let sinceEpoch = Int64(bigEndian: Self.load(bytes(column)))
        // 'infinity' is the largest number there is, and '-infinity' the smallest.
        let (microseconds, isEndless) = sinceEpoch.addingReportingOverflow(PostgreSQLType.epoch)
        return isEndless ? .never : Timestamp(clamping: microseconds)
    }

    private func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            start: PQgetvalue(result, number, column), count: Int(PQgetlength(result, number, column)))
    }

    /// 0 for a null, as SQLite has it.
    private static func load<Number: FixedWidthInteger>(_ bytes: UnsafeRawBufferPointer) -> Number {
        bytes.count == MemoryLayout<Number>.size ? bytes.loadUnaligned(as: Number.self) : 0
    }
}
