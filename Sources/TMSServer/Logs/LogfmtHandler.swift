internal import Logging

/// Sends what is logged through swift-log to the ``LogSink``.
struct LogfmtHandler: LogHandler {
    let label: String
    let sink: LogSink
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    init(label: String, sink: LogSink) {
        self.label = label
        self.sink = sink
        logLevel = sink.level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let message = event.message.description
        var leftOut = 0
        if event.level >= .warning {
            guard let count = sink.repeats.admit(message) else { return }
            leftOut = count
        }
        sink.add(level: event.level) { line in
            line.field("event", message)
            if leftOut > 0 { line.field("left_out", leftOut) }
            let all = metadata.merging(event.metadata ?? [:]) { $1 }
            for (name, value) in all.sorted(by: { $0.key < $1.key }) { line.field(name, value.description) }
            line.field("in", label)
        }
    }
}
