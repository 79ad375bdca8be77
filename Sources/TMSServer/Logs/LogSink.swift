private import Glibc
internal import Logging
internal import Primitives
internal import TMSAPI
internal import TMSStore
internal import Telemetry

/// Where all log lines go: a ring in memory, written out by a thread of its own.
///
/// Nobody who logs ever waits for a terminal or a disk. When they are so slow that the ring fills up, lines are dropped
/// and their number is logged.
final class LogSink: Sendable {
    /// Bytes that may wait to be written or are being written: some 30,000 lines.
    static let bufferMax = 4 << 20
    /// How long lines may gather before they are written, in milliseconds. Warnings are written at once.
    static let gatherMilliseconds: UInt32 = 20

    private struct Lines {
        let ring = LogRing(capacity: LogSink.bufferMax)
        var dropped = 0
        var isUrgent = false
        var isClosed = false
        /// The thread should look.
        var isDue = false

        /// Nothing has happened that the thread does not know of.
        var isQuiet: Bool { ring.waiting == 0 && dropped == 0 }
    }

    /// What the thread is to write.
    private struct Due {
        let pieces: [UnsafeBufferPointer<UInt8>]
        let dropped: Int
        let isUrgent: Bool
        let isLast: Bool
    }

    private let lines = Monitor(Lines())
    private let thread: WorkerThread
    let level: Logger.Level
    /// Of what is logged through swift-log; requests are logged one by one.
    let repeats = RepeatLimit()

    private let droppedLines: Counter
    private static let writing: Activity = "write log lines"

    /// - Parameter descriptors: open files that lines are written to.
    init(level: Logger.Level, descriptors: [Int32], telemetry: Telemetry = Telemetry()) {
        self.level = level
        let lines = lines
        let heartbeat = telemetry.heartbeat("log")
        droppedLines = telemetry.metrics.counter(
            "tms_log_lines_dropped_total", "Log lines lost because the log could not be written fast enough.")
        thread = WorkerThread(name: "tms-log") {
            while Self.write(lines, heartbeat, to: descriptors) {}
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
        let mustWake = lines.withLock { lines -> Bool in
            let wasQuiet = lines.isQuiet
            guard lines.ring.add(line.bytes) else {
                lines.dropped += 1
                droppedLines.add()
                return wasQuiet
            }
            lines.isUrgent = lines.isUrgent || isUrgent
            return wasQuiet || isUrgent
        }
        if mustWake { lines.update { $0.isDue = true } }
    }

    /// Writes what is left and ends the thread.
    func close() {
        lines.update { lines in
            lines.isClosed = true
            lines.isDue = true
        }
        thread.join()
    }

    /// Waits for lines, and writes those there are.
    /// - Returns: false when the sink is closed and everything is written.
    private static func write(_ lines: Monitor<Lines>, _ heartbeat: Heartbeat, to descriptors: [Int32]) -> Bool {
        let due = lines.wait { lines -> Due? in
            guard lines.isDue else { return nil }
            defer {
                lines.dropped = 0
                lines.isUrgent = false
                lines.isDue = false
            }
            return Due(
                pieces: lines.ring.take(), dropped: lines.dropped, isUrgent: lines.isUrgent, isLast: lines.isClosed)
        }
        guard let due else { return false }
        heartbeat.begin(writing)
        for descriptor in descriptors {
            for piece in due.pieces { writeAll(UnsafeRawBufferPointer(piece), to: descriptor) }
            if due.dropped > 0 { tell(of: due.dropped, to: descriptor) }
        }
        lines.withLock { $0.ring.giveBack() }
        heartbeat.rest()
        if !due.isUrgent && !due.isLast { usleep(gatherMilliseconds * 1000) }
        return !due.isLast
    }

    private static func tell(of dropped: Int, to descriptor: Int32) {
        var line = LogLine()
        line.begin(time: .now, level: .error)
        line.field("event", "log lines dropped")
        line.field("count", dropped)
        line.end()
        line.bytes.withUnsafeBytes { writeAll($0, to: descriptor) }
    }

    private static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) {
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
