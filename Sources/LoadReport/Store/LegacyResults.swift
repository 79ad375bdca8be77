private import Foundation
package import LoadRecord

/// The folders that people keep from the old tool's suites: `<YYYYMMDDHHMM>/{smoke,ladder}/<scenario>_u<N>_i<M>.log`
/// and a `report.txt` with a line for each.
package struct LegacyResults: Sendable {
    /// "loadtest_results"
    package let folder: String

    package init(folder: String) {
        self.folder = folder
    }

    /// What other suites of the same minute left in `report.txt` stays; a line for the same log is replaced, like the log.
    /// - Parameter records: of one suite's runs, in order; the first one's start names the folder.
    /// - Returns: the path of `report.txt`.
    @discardableResult
    package func write(_ records: [RunRecord], secrets: [String] = []) throws -> String {
        guard let first = records.first else { throw RunStoreError("there are no runs to write") }
        let root = "\(folder)/\(first.moment(at: 0).folderName)"
        let path = root + "/report.txt"
        var lines = try Self.lines(path)
        for record in records {
            let record = try Redaction(secrets: secrets).record(record)
            let suite = record.plan.kind.rawValue
            try FileManager.default.createDirectory(atPath: "\(root)/\(suite)", withIntermediateDirectories: true)
            for (index, step) in record.steps.enumerated() {
                let log = "\(suite)/\(Self.fileName(step))"
                let text = ConsoleText(record.only(step: index)).text
                try Data(text.utf8).write(to: URL(fileURLWithPath: "\(root)/\(log)"), options: .atomic)
                let line = Self.line(step, suite: suite, log: log) + Self.remark(step, record)
                if let place = lines.firstIndex(where: { Self.log(of: $0) == log }) {
                    lines[place] = line
                } else {
                    lines.append(line)
                }
            }
        }
        // Of a run that was ended before its first step there is no line.
        let hasPassed = lines.allSatisfy(Self.hasPassed) && !records.contains(where: \.steps.isEmpty)
        lines.append("OVERALL: \(hasPassed ? "PASS" : "FAIL")")
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        return path
    }

    /// Those that are there, without the last one's sum.
    private static func lines(_ path: String) throws -> [String] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
        return text.split(whereSeparator: \.isNewline).map(String.init).filter { !$0.hasPrefix("OVERALL:") }
    }

    private static func log(of line: String) -> String? {
        line.firstMatch(of: /\slog=(\S+)/).map { String($0.1) }
    }

    // MARK: Lines

    private static let notReached = "  NOT REACHED"
    private static let allowed = "  allowed by --fail-on"
    private static let run = "  run: "

    /// By the line alone: the run that it was written for may be of another suite.
    private static func hasPassed(_ line: String) -> Bool {
        guard !line.contains(notReached), !line.contains(run) else { return false }
        return line.hasPrefix("[PASS]") || line.hasSuffix(allowed)
    }

    /// What the line's beginning does not tell of why the run passed, or did not: "  run: freeze".
    private static func remark(_ step: StepRecord, _ record: RunRecord) -> String {
        if !step.wasReached { return "\(notReached) effective=\(Figure.number(step.effectiveConcurrency))" }
        switch record.verdict.word {
        case .pass: return step.total.failed > 0 && !record.failuresAreFaults ? allowed : ""
        case .failedRequests: return ""
        case .notReached where record.steps.contains { !$0.wasReached }: return ""
        default: return run + record.verdict.word.rawValue
        }
    }

    /// `[PASS] ladder/getkey users=10, iters=1000 reqs=10000 fails=0  log=ladder/getkey_u10_i1000.log`
    static func line(_ step: StepRecord, suite: String, log: String) -> String {
        let failed = step.total.failed
        let result = failed == 0 ? "PASS" : "Fail-" + Figure.share(failed, of: step.completed).replacing(" ", with: "")
        let load = step.planned.rate.map { "rate=\(Figure.number($0))" } ?? "users=\(step.planned.users ?? 0)"
        let length =
            step.planned.iterations.map { "iters=\($0)" }
            ?? "seconds=\(Int((step.planned.seconds ?? step.seconds).rounded()))"
        return
            "[\(result)] \(suite)/\(scenarios(step)) \(load), \(length) reqs=\(step.completed) fails=\(failed)  "
            + "log=\(log)"
    }

    static func fileName(_ step: StepRecord) -> String {
        let load = step.planned.rate.map { "r\(Int($0.rounded()))" } ?? "u\(step.planned.users ?? 0)"
        let length =
            step.planned.iterations.map { "i\($0)" } ?? "t\(Int((step.planned.seconds ?? step.seconds).rounded()))"
        return "\(scenarios(step))_\(load)_\(length).log"
    }

    private static func scenarios(_ step: StepRecord) -> String {
        step.scenarios.map(\.name).joined(separator: "+").replacing(/[^A-Za-z0-9+_-]/, with: "_")
    }
}
