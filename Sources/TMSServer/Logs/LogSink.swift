private import Glibc
internal import Logging
internal import Primitives
internal import TMSAPI
internal import TMSStore
internal import Telemetry

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
        /// The thread should look.
        var isDue = false
    }

    private let buffer = Monitor(Buffer())
    private let thread: WorkerThread
    let level: Logger.Level
    /// Of what is logged through swift-log; requests are logged one by one.
    let repeats = RepeatLimit()

    private let droppedLines: Counter
    private static let writing: Activity = "write log lines"

    /// - Parameter descriptors: open files that lines are written to.
    init(level: Logger.Level, descriptors: [Int32], telemetry: Telemetry = Telemetry()) {
        self.level = level
        let buffer = buffer
        let heartbeat = telemetry.heartbeat("log")
        droppedLines = telemetry.metrics.counter(
            "tms_log_lines_dropped_total", "Log lines lost because the log could not be written fast enough.")
        thread = WorkerThread(name: "tms-log") {
            while Self.write(buffer, heartbeat, to: descriptors) {}
        }
    }

    /// Adds a line, unless its level is below the sink's.
    func add(level: Logger.Level, _ fill: (inout LogLine) -> Void) {
        var line = LogLine()
        add(level: level, reusing: &line, fill)
    }

    /// The same with the memory of an earlier line, for callers that log often.
    func add(level: Logger.Level, reusing line: inout LogLine, _ fill: (inout LogLine) -> Void) {
        guard level >= self.level else { return }
        line.begin(time: .now, level: level)
        fill(&line)
        line.end()
        let isUrgent = level >= .warning
        // The line is made before the lock is taken: the event loops share it.
        let mustWake = buffer.withLock { buffer -> Bool in
            guard buffer.bytes.count < Self.bufferMax else {
                buffer.dropped += 1
                droppedLines.add()
                return false
            }
            let wasEmpty = buffer.bytes.isEmpty
            buffer.bytes.append(contentsOf: line.bytes)
            buffer.isUrgent = buffer.isUrgent || isUrgent
            return wasEmpty || isUrgent
        }
        if mustWake { buffer.update { $0.isDue = true } }
    }

    /// Writes what is left and ends the thread.
    func close() {
        buffer.update { buffer in
            buffer.isClosed = true
            buffer.isDue = true
        }
        thread.join()
    }

    /// Waits for lines, and writes those there are.
    /// - Returns: false when the sink is closed and everything is written.
    private static func write(_ buffer: Monitor<Buffer>, _ heartbeat: Heartbeat, to descriptors: [Int32]) -> Bool {
        let due = buffer.wait { buffer -> Buffer? in
            guard buffer.isDue else { return nil }
            defer { buffer = Buffer(isClosed: buffer.isClosed) }
            return buffer
        }
        guard var taken = due else { return false }
        if taken.dropped > 0 {
            var line = LogLine()
            line.begin(time: .now, level: .error)
            line.field("event", "log lines dropped")
            line.field("count", taken.dropped)
            line.end()
            taken.bytes += line.bytes
        }
        heartbeat.begin(writing)
        for descriptor in descriptors { writeAll(taken.bytes, to: descriptor) }
        heartbeat.rest()
        if !taken.isUrgent && !taken.isClosed { usleep(gatherMilliseconds * 1000) }
        return !taken.isClosed
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
