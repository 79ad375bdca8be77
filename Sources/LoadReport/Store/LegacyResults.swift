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

    /// - Parameter records: of one suite's runs, in order; the first one's start names the folder.
    /// - Returns: the path of `report.txt`.
    @discardableResult
    package func write(_ records: [RunRecord], secrets: [String] = []) throws -> String {
        guard let first = records.first else { throw RunStoreError("there are no runs to write") }
        let root = "\(folder)/\(first.moment(at: 0).folderName)"
        var lines: [String] = []
        for record in records {
            let record = try Redaction(secrets: secrets).record(record)
            let suite = record.plan.kind.rawValue
            try FileManager.default.createDirectory(atPath: "\(root)/\(suite)", withIntermediateDirectories: true)
            for index in record.steps.indices {
                let log = "\(suite)/\(Self.fileName(record.steps[index]))"
                let text = ConsoleText(record.only(step: index)).text
                try Data(text.utf8).write(to: URL(fileURLWithPath: "\(root)/\(log)"), options: .atomic)
                lines.append(Self.line(record.steps[index], suite: suite, log: log))
            }
        }
        let hasPassed = records.allSatisfy { $0.verdict.word == .pass && $0.failures == 0 }
        lines.append("OVERALL: \(hasPassed ? "PASS" : "FAIL")")
        let path = root + "/report.txt"
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        return path
    }

    /// `[PASS] ladder/getkey users=10, iters=1000 reqs=10000 fails=0  log=ladder/getkey_u10_i1000.log`
    static func line(_ step: StepRecord, suite: String, log: String) -> String {
        let failed = step.total.failed
        let result = failed == 0 ? "PASS" : "Fail-" + Figure.share(failed, of: step.completed).replacing(" ", with: "")
        let load = step.planned.rate.map { "rate=\(Figure.number($0))" } ?? "users=\(step.planned.users ?? 0)"
        let length =
            step.planned.iterations.map { "iters=\($0)" }
            ?? "seconds=\(Int((step.planned.seconds ?? step.seconds).rounded()))"
        let shortfall = step.wasReached ? "" : "  NOT REACHED effective=\(Figure.number(step.effectiveConcurrency))"
        return
            "[\(result)] \(suite)/\(scenarios(step)) \(load), \(length) reqs=\(step.completed) fails=\(failed)  "
            + "log=\(log)\(shortfall)"
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
