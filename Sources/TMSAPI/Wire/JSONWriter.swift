package import Primitives

/// Appends JSON to a growing byte buffer, without building a tree first.
///
/// A writer is meant to be used again (``reset()``), so that answering needs no allocation once it is warm.
package struct JSONWriter: Sendable {
    package private(set) var bytes: [UInt8] = []
    private var needsComma = false
    private var holdsSecret = false

    package init(capacity: Int = 1024) {
        bytes.reserveCapacity(capacity)
    }

    /// Empties the writer and keeps its memory.
    package mutating func reset() {
        wipeSecrets()
        bytes.removeAll(keepingCapacity: true)
        needsComma = false
    }

    /// Overwrites what was written, if there was a secret in it.
    package mutating func wipeSecrets() {
        guard holdsSecret else { return }
        bytes.withUnsafeMutableBytes { SecretBytes.wipe($0) }
        holdsSecret = false
    }

    /// JSON that has been written elsewhere.
    package mutating func verbatim(_ json: [UInt8]) {
        bytes.append(contentsOf: json)
    }

    /// Text that is not JSON at all.
    package mutating func verbatim(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    // MARK: Structure

    package mutating func object(_ body: (inout JSONWriter) -> Void) {
        enclosed(UInt8(ascii: "{"), UInt8(ascii: "}"), body)
    }

    package mutating func array(_ body: (inout JSONWriter) -> Void) {
        enclosed(UInt8(ascii: "["), UInt8(ascii: "]"), body)
    }

    private mutating func enclosed(_ open: UInt8, _ close: UInt8, _ body: (inout JSONWriter) -> Void) {
        separate()
        bytes.append(open)
        needsComma = false
        body(&self)
        bytes.append(close)
        needsComma = true
    }

    /// The name of the next value. Names are our own literals and need no escaping.
    package mutating func name(_ name: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: name.utf8)
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    // MARK: Values

    package mutating func null() {
        separate()
        bytes.append(contentsOf: "null".utf8)
    }

    package mutating func bool(_ value: Bool) {
        separate()
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    package mutating func integer(_ value: Int64) {
        separate()
        bytes.appendDecimal(value)
    }

    package mutating func time(_ value: Timestamp) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        value.append(to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    package mutating func string(_ value: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        var value = value
        value.withUTF8 { appendEscaped(UnsafeRawBufferPointer($0)) }
        bytes.append(UInt8(ascii: "\""))
    }

    /// A whole tree. Names in it need no escaping, as those of ``name(_:)``.
    package mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let flag): bool(flag)
        case .string(let text): string(text)
        case .number(let text):
            separate()
            bytes.append(contentsOf: text.utf8)
        case .array(let elements): array { json in for element in elements { json.value(element) } }
        case .object(let members):
            object { json in
                for member in members {
                    json.name(member.name)
                    json.value(member.value)
                }
            }
        }
    }

    /// Text that must not linger: the writer wipes itself when it is reset.
    package mutating func secret(_ value: SecretBytes) {
        separate()
        holdsSecret = true
        // Room for all of it first: growing would leave a copy behind in freed memory.
        bytes.reserveCapacity(bytes.count + value.count * 2 + 512)
        bytes.append(UInt8(ascii: "\""))
        value.withUnsafeBytes { appendEscaped($0) }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func appendEscaped(_ text: UnsafeRawBufferPointer) {
        var start = 0
        while let index = Self.firstToEscape(in: text, from: start) {
            bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[start..<index]).bindMemory(to: UInt8.self))
            appendEscape(text[index])
            start = index + 1
        }
        bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[start...]).bindMemory(to: UInt8.self))
    }

    /// Looks at eight bytes at a time: nearly no text has anything to escape, and keys are long.
    private static func firstToEscape(in text: UnsafeRawBufferPointer, from start: Int) -> Int? {
        func isToEscape(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x22 || byte == 0x5C }
        let (ones, highs): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
        var index = start
        while index + 8 <= text.count {
            let word = text.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let (quotes, slashes) = (word ^ (ones &* 0x22), word ^ (ones &* 0x5C))
            // Has a byte below 0x20, or one that the exclusive or has made zero ("Bit Twiddling Hacks", hasless).
            let found =
                (word &- ones &* 0x20) & ~word | (quotes &- ones) & ~quotes | (slashes &- ones) & ~slashes
            if found & highs != 0 { break }
            index += 8
        }
        while index < text.count {
            if isToEscape(text[index]) { return index }
            index += 1
        }
        return nil
    }

    private mutating func appendEscape(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x22, 0x5C: bytes.append(byte)
        default:
            bytes.append(contentsOf: "u00".utf8)
            bytes.append(UInt8(ascii: "0") + byte >> 4)
            let low = byte & 0xF
            bytes.append(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
        }
    }
}

extension [UInt8] {
    /// Appends a number in decimal without making a `String` of it.
    package mutating func appendDecimal(_ value: Int64) {
        let digitsMax = 19
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: digitsMax) { digits in
            var (rest, start) = (value.magnitude, digitsMax)
            repeat {
                start -= 1
                digits[start] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            } while rest > 0
            if value < 0 { append(UInt8(ascii: "-")) }
            append(contentsOf: digits[start...])
        }
    }
}
