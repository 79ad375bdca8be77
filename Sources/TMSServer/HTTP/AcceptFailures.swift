internal import Logging
internal import NIOCore
internal import Primitives
internal import Telemetry

/// Connections that the system did not give us, for want of files or memory: all are counted, one a minute is logged.
final class AcceptFailures: Sendable {
    private static let secondsBetweenLines = 60

    private let count: Counter
    private let logger: Logger
    /// Until when nothing is logged.
    private let silence = Monitor<Deadline?>(nil)

    init(_ count: Counter, logger: Logger) {
        self.count = count
        self.logger = logger
    }

    func note(_ error: IOError) {
        count.add()
        let isDue = silence.withLock { silence in
            if let silence, !silence.hasPassed() { return false }
            silence = Deadline(seconds: Self.secondsBetweenLines)
            return true
        }
        guard isDue else { return }
        logger.error(
            "connections cannot be accepted and wait; those that are open go on",
            metadata: ["error": "\(error)", "open_files_max": "\(OpenFiles.max)"])
    }
}
