private import Foundation
internal import LoadEngine
internal import Primitives

/// `--request-log`: a sample of the requests as CSV.
///
/// It has an end, so that a day's run does not fill the disk.
final class RequestLog: Sendable {
    static let linesMax = 1_000_000
    /// Of each of the generator's threads.
    static let perSecond = 100

    private let file: FileHandle
    private let lines = Monitor(0)

    /// - Throws: ``SetUpFailure`` when the file cannot be written.
    init(path: String) throws(SetUpFailure) {
        guard FileManager.default.createFile(atPath: path, contents: nil), let file = FileHandle(forWritingAtPath: path)
        else { throw SetUpFailure("--request-log \(path) cannot be written") }
        self.file = file
        write("scenario,due_s,sent_s,completed_s,service_us,from_intended_us,status,failure\n")
    }

    /// - Parameter start: of the run, nanoseconds of the monotonic clock.
    func add(_ samples: [RequestSample], start: Int) {
        lines.withLock { lines in
            let room = Self.linesMax - lines
            lines += min(samples.count, room)
            write(text(of: samples.prefix(room), start: start))
        }
    }

    private func text(of samples: ArraySlice<RequestSample>, start: Int) -> String {
        var text = ""
        for sample in samples {
            let sent = sample.sentAt > 0 ? seconds(sample.sentAt - start) : ""
            let service = sample.sentAt > 0 ? String((sample.completedAt - sample.sentAt) / 1000) : ""
            text += "\(sample.scenario.rawValue),\(seconds(sample.intendedAt - start)),\(sent),"
            text += "\(seconds(sample.completedAt - start)),\(service),"
            text += "\((sample.completedAt - sample.intendedAt) / 1000),\(sample.status.map(String.init) ?? ""),"
            text += "\(sample.failure ?? "")\n"
        }
        return text
    }

    func close() {
        try? file.close()
    }

    private func seconds(_ nanoseconds: Int) -> String {
        String(format: "%.6f", Double(nanoseconds) / 1e9)
    }

    private func write(_ text: String) {
        // A full disk costs the log, not the run.
        try? file.write(contentsOf: Data(text.utf8))
    }
}
