private import CLibPQ
internal import TMSAPI

/// The types that statements of ours have to do with, by their numbers in every PostgreSQL.
enum PostgreSQLType {
    static let bool: UInt32 = 16
    static let int8: UInt32 = 20
    static let int2: UInt32 = 21
    static let int4: UInt32 = 23
    static let text: UInt32 = 25
    static let varchar: UInt32 = 1043
    static let timestamptz: UInt32 = 1184

    /// Microseconds from 1970, where our times begin, to 2000, where PostgreSQL's do.
    static let epoch: Int64 = 946_684_800_000_000
}

/// The values of one statement on their way, in PostgreSQL's binary form. Used again and again.
struct PostgreSQLParameters {
    private var bytes: [UInt8] = []
    /// Where each value begins; nil for null.
    private var starts: [Int?] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []
    private var pointers: [UnsafePointer<CChar>?] = []

    /// - Throws: `.misuse` when a value is none of the statement's type, `.check` when it is out of its range.
    mutating func fill(_ values: [SQLValue], types: [UInt32], of sql: StaticString) throws(StoreError) {
        guard values.count == types.count else {
            throw StoreError(.misuse, "\(values.count) values do not fit the parameters of: \(sql)")
        }
        bytes.removeAll(keepingCapacity: true)
        starts.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
        for (value, type) in zip(values, types) {
            let start = bytes.count
            guard value != .null else {
                starts.append(nil)
                lengths.append(0)
                continue
            }
            try append(value, as: type, of: sql)
            starts.append(start)
            lengths.append(Int32(bytes.count - start))
            // A pointer to nothing would be a null.
            bytes.append(0)
        }
        while formats.count < values.count { formats.append(1) }
    }

    private mutating func append(_ value: SQLValue, as type: UInt32, of sql: StaticString) throws(StoreError) {
        switch (value, type) {
        case (.text(var text), PostgreSQLType.text), (.text(var text), PostgreSQLType.varchar):
            text.withUTF8 { bytes.append(contentsOf: $0) }
        case (.flag(let flag), PostgreSQLType.bool): bytes.append(flag ? 1 : 0)
        case (.integer(let number), PostgreSQLType.int8): append(bigEndian: number)
        case (.integer(let number), PostgreSQLType.int4):
            guard let number = Int32(exactly: number) else {
                throw StoreError(.check, "\(number) is out of a parameter's range: \(sql)")
            }
            append(bigEndian: number)
        case (.time(let time), PostgreSQLType.timestamptz):
            append(bigEndian: time.microseconds - PostgreSQLType.epoch)
        default: throw StoreError(.misuse, "a value does not fit a parameter's type \(type): \(sql)")
        }
    }

    private mutating func append<Number: FixedWidthInteger>(bigEndian number: Number) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// Calls `body` with what libpq wants to know: how many, values, lengths, formats.
    mutating func withArguments<Result>(
        _ body: (
            Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
        ) -> Result
    ) -> Result {
        bytes.withUnsafeBytes { bytes in
            let base = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            pointers.removeAll(keepingCapacity: true)
            for start in starts { pointers.append(start.flatMap { base?.advanced(by: $0) }) }
            return pointers.withUnsafeBufferPointer { pointers in
                lengths.withUnsafeBufferPointer { lengths in
                    formats.withUnsafeBufferPointer { formats in
                        body(Int32(pointers.count), pointers.baseAddress, lengths.baseAddress, formats.baseAddress)
                    }
                }
            }
        }
    }
}
