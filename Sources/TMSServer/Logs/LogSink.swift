private import Glibc
internal import Logging
internal import Primitives
internal import TMSAPI
internal import TMSStore

/// Where all log lines go: a bounded buffer, written out by a thread of its own.
///
/// Nobody who logs ever waits for a terminal or a disk. When they are so slow that the buffer fills up, lines are
/// dropped and their number is logged.
final class LogSink: Sendable {
    /// Bytes that may wait to be written: some 30,000 lines.
    static let bufferMax = 4 << 20
    /// How long lines may gather before they are written, in milliseconds. Warnings are written at once.
    static let gatherMilliseconds: UInt32 = 20

    private struct Buffer {
        var bytes: [UInt8] = []
        var dropped = 0
        var isUrgent = false
        var isClosed = false
    }

    private let buffer = Monitor(Buffer())
    private let thread: WorkerThread
    let level: Logger.Level

    /// - Parameter descriptors: open files that lines are written to.
    init(level: Logger.Level, descriptors: [Int32]) {
        self.level = level
        let buffer = buffer
        thread = WorkerThread(name: "tms-log") { Self.write(buffer, to: descriptors) }
    }

    /// Adds a line, unless its level is below the sink's.
    func line(level: Logger.Level, _ fill: (inout LogLine) -> Void) {
        guard level >= self.level else { return }
        let time = Timestamp.now
        let isUrgent = level >= .warning
        let mustWake = buffer.withLock { buffer -> Bool in
            guard buffer.bytes.count < Self.bufferMax else {
                buffer.dropped += 1
                return false
            }
            let wasEmpty = buffer.bytes.isEmpty
            var line = LogLine(appendingTo: buffer.bytes)
            buffer.bytes = []
            line.begin(time: time, level: level)
            fill(&line)
            buffer.bytes = line.finish()
            buffer.isUrgent = buffer.isUrgent || isUrgent
            return wasEmpty || isUrgent
        }
        if mustWake { buffer.update { _ in } }
    }

    /// Writes what is left and ends the thread.
    func close() {
        buffer.update { $0.isClosed = true }
        thread.join()
    }

    private static func write(_ buffer: Monitor<Buffer>, to descriptors: [Int32]) {
        while true {
            let taken = buffer.wait { buffer -> Buffer? in
                guard !buffer.bytes.isEmpty || buffer.isClosed else { return nil }
                let taken = buffer
                buffer = Buffer(isClosed: taken.isClosed)
                return taken
            }
            guard var taken else { return }
            if taken.dropped > 0 {
                var line = LogLine(appendingTo: taken.bytes)
                line.begin(time: .now, level: .error)
                line.field("event", "log lines dropped")
                line.field("count", taken.dropped)
                taken.bytes = line.finish()
            }
            for descriptor in descriptors { writeAll(taken.bytes, to: descriptor) }
            if taken.isClosed { return }
            if !taken.isUrgent { usleep(gatherMilliseconds * 1000) }
        }
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) {
        bytes.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count > 0 {
                    rest = rest.dropFirst(count)
                } else if errno != EINTR {
                    // A log that cannot be written must not stop the server.
                    return
                }
            }
        }
    }
}

/// One line in logfmt: `time=… level=info event=request status=200`.
struct LogLine {
    private var bytes: [UInt8]

    init(appendingTo bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func begin(time: Timestamp, level: Logger.Level) {
        bytes.append(contentsOf: "time=".utf8)
        time.append(to: &bytes)
        field("level", level.rawValue)
    }

    mutating func finish() -> [UInt8] {
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    mutating func field(_ name: String, _ value: some BinaryInteger) {
        key(name)
        bytes.appendDecimal(value)
    }

    mutating func field(_ name: String, _ value: RequestID) {
        key(name)
        value.append(to: &bytes)
    }

    /// Values with anything but plain characters are quoted, so that nobody can forge a field or a line.
    mutating func field(_ name: String, _ value: String) {
        key(name)
        let isPlain = !value.isEmpty && value.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x3D }
        guard !isPlain else { return bytes.append(contentsOf: value.utf8) }
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
