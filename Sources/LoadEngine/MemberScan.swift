/// Walks over the members of a JSON object once, without making anything of them: what an answer must hold is looked
/// for in a microsecond.
///
/// Takes what is JSON for what it means and does not insist on every rule of RFC 8259: commas may be missing.
struct MemberScan {
    private let bytes: UnsafeRawBufferPointer
    private var index = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// Calls `visit` with the name and the value of each member of the outermost object, as they stand in the bytes: a
    /// string without its quotes, anything else as it is written.
    /// - Returns: false when there is no complete object.
    mutating func members(_ visit: (_ name: Range<Int>, _ value: Range<Int>, _ isString: Bool) -> Void) -> Bool {
        skipBlanks()
        guard take("{") else { return false }
        while true {
            skipBlanks()
            if take("}") {
                skipBlanks()
                return index == bytes.count
            }
            if take(",") { continue }
            guard let name = string() else { return false }
            skipBlanks()
            guard take(":") else { return false }
            skipBlanks()
            guard index < bytes.count else { return false }
            if bytes[index] == UInt8(ascii: "\"") {
                guard let value = string() else { return false }
                visit(name, value, true)
            } else {
                guard let value = otherValue() else { return false }
                visit(name, value, false)
            }
        }
    }

    func equals(_ range: Range<Int>, _ name: StaticString) -> Bool {
        guard range.count == name.utf8CodeUnitCount else { return false }
        for offset in 0..<range.count where bytes[range.lowerBound + offset] != name.utf8Start[offset] { return false }
        return true
    }

    /// Null, and strings of nothing but spaces and escaped line ends.
    func isBlank(_ range: Range<Int>, isString: Bool) -> Bool {
        guard isString else { return equals(range, "null") }
        var index = range.lowerBound
        while index < range.upperBound {
            if bytes[index] == UInt8(ascii: "\\"), index + 1 < range.upperBound,
                bytes[index + 1] == UInt8(ascii: "n") || bytes[index + 1] == UInt8(ascii: "r")
                    || bytes[index + 1] == UInt8(ascii: "t")
            {
                index += 2
            } else if bytes[index] <= 32 {
                index += 1
            } else {
                return false
            }
        }
        return true
    }

    private mutating func skipBlanks() {
        while index < bytes.count && bytes[index] <= 32 { index += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard index < bytes.count && bytes[index] == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func string() -> Range<Int>? {
        guard take("\"") else { return nil }
        let start = index
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                index += 1
                return start..<(index - 1)
            }
            index += byte == UInt8(ascii: "\\") ? 2 : 1
        }
        return nil
    }

    /// A number, a word, or an array or object with all that is in it.
    private mutating func otherValue() -> Range<Int>? {
        let start = index
        var depth = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                guard string() != nil else { return nil }
                if depth == 0 { return nil }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return index > start ? start..<index : nil }
                depth -= 1
                if depth == 0 {
                    index += 1
                    return start..<index
                }
            case UInt8(ascii: ","):
                if depth == 0 { return index > start ? start..<index : nil }
            case 0...32:
                if depth == 0 { return start..<index }
            default:
                break
            }
            index += 1
        }
        return nil
    }
}
