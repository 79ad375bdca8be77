internal import Logging
internal import TMSAPI
internal import TMSStore

/// One line in logfmt: `time=… level=info event=request status=200`.
struct LogLine {
    private(set) var bytes: [UInt8] = []

    mutating func begin(time: Timestamp, level: Logger.Level) {
        bytes.removeAll(keepingCapacity: true)
        bytes.append(contentsOf: "time=".utf8)
        time.append(to: &bytes)
        bytes.append(contentsOf: " level=".utf8)
        bytes.append(contentsOf: level.rawValue.utf8)
    }

    mutating func end() {
        bytes.append(UInt8(ascii: "\n"))
    }

    mutating func field(_ name: String, _ value: Int) {
        key(name)
        bytes.appendDecimal(Int64(value))
    }

    mutating func field(_ name: String, _ value: RequestID) {
        key(name)
        value.append(to: &bytes)
    }

    /// Values with anything but plain characters are quoted, so that nobody can forge a field or a line.
    mutating func field(_ name: String, _ value: String) {
        key(name)
        var value = value
        let isPlain = value.withUTF8 { text in
            guard !text.isEmpty, text.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x3D }) else {
                return false
            }
            bytes.append(contentsOf: text)
            return true
        }
        guard !isPlain else { return }
        var json = JSONWriter(capacity: value.utf8.count + 8)
        json.string(value)
        bytes.append(contentsOf: json.bytes)
    }

    /// Fields that are made already.
    mutating func raw(_ fields: [UInt8]) {
        bytes.append(UInt8(ascii: " "))
        bytes.append(contentsOf: fields)
    }

    private mutating func key(_ name: String) {
        bytes.append(UInt8(ascii: " "))
        bytes.append(contentsOf: name.utf8)
        bytes.append(UInt8(ascii: "="))
    }
}
