private import Foundation
package import LoadRecord

/// Reads the result folders of the old tool: `<YYYYMMDDHHMM>/{smoke,ladder}/<scenario>_u<N>_i<M>.log`. A scenario's
/// logs of one suite become one run.
package struct OldResultsImport: Sendable {
    package let folder: String
    /// Larger files are no such logs.
    private static let bytesMax = 10 << 20
    private static let filesMax = 10_000

    package init(folder: String) {
        self.folder = folder
    }

    private struct Log {
        var path: String
        var stamp: String?
        var suite: String
        var scenario: String
        var users: Int?
        var iterations: Int?
        var content: GooseLog
    }

    /// - Returns: the runs, oldest first, and what could not be read.
    /// - Throws: ``RunStoreError`` when there is no such folder.
    package func read() throws -> (records: [RunRecord], problems: [String]) {
        var problems: [String] = []
        var groups: [String: [Log]] = [:]
        for path in try logs() {
            guard let log = Self.log(folder: folder, path: path) else {
                problems.append("\(path): has no table of requests as Goose prints it")
                continue
            }
            groups["\(log.stamp ?? "")/\(log.suite)/\(log.scenario)", default: []].append(log)
        }
        let records = groups.values.map { record($0.sorted { ($0.users ?? 0, $0.path) < ($1.users ?? 0, $1.path) }) }
        return (
            records.sorted { ($0.startedAtMicroseconds, $0.id) < ($1.startedAtMicroseconds, $1.id) }, problems.sorted()
        )
    }

    /// Paths below the folder.
    private func logs() throws -> [String] {
        guard let walk = FileManager.default.enumerator(atPath: folder), FileManager.default.fileExists(atPath: folder)
        else {
            throw RunStoreError("\(folder): there is no such folder")
        }
        var paths: [String] = []
        for case let path as String in walk where path.hasSuffix(".log") {
            guard (walk.fileAttributes?[.size] as? NSNumber)?.intValue ?? 0 <= Self.bytesMax else { continue }
            paths.append(path)
            if paths.count == Self.filesMax { break }
        }
        return paths.sorted()
    }

    private static func log(folder: String, path: String) -> Log? {
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(path)")),
            let content = GooseLog(String(decoding: data, as: UTF8.self))
        else { return nil }
        let full = URL(fileURLWithPath: "\(folder)/\(path)").pathComponents
        let name = String((full.last ?? path).dropLast(".log".count))
        let parts = name.firstMatch(of: /^(.+)_u(\d+)_i(\d+)$/)
        let suite = full.dropLast().last.flatMap { ["smoke", "ladder", "soak"].contains($0) ? $0 : nil }
        return Log(
            path: path, stamp: full.last { $0.wholeMatch(of: /\d{12}/) != nil }, suite: suite ?? "single",
            scenario: parts.map { String($0.1) } ?? content.scenarios.first ?? name, users: parts.flatMap { Int($0.2) },
            iterations: parts.flatMap { Int($0.3) }, content: content)
    }

    private func record(_ logs: [Log]) -> RunRecord {
        var record = RunRecord()
        let first = logs[0]
        record.plan.kind =
            first.suite == "single" && logs.count > 1 ? .ladder : LoadPlan.Kind(rawValue: first.suite) ?? .single
        record.plan.startsLikeGoose = true
        record.steps = logs.map { $0.content.step(scenario: $0.scenario, users: $0.users, iterations: $0.iterations) }
        var offset = 0.0
        for index in record.steps.indices {
            record.steps[index].offsetSeconds = offset
            offset += record.steps[index].seconds
        }
        record.seconds = offset
        record.plan.steps = record.steps.map(\.planned)
        record.plan.scenarios = record.scenarioTotals.map(\.name)
        record.startedAtMicroseconds =
            logs.compactMap(\.content.startedAtMicroseconds).min() ?? first.stamp.flatMap(Self.start) ?? 0
        record.tool = "Goose " + (first.content.version ?? "0.17")
        record.target.url = first.content.host ?? ""
        record.target.usesTLS = record.target.url.hasPrefix("https")
        record.importedFrom =
            "\(record.tool), \(folder)/\(first.path)" + (logs.count > 1 ? " and \(logs.count - 1) more" : "")
        record.note =
            "Imported. Effective concurrency is rate × mean latency; percentiles are as rounded by Goose, and "
            + "the standard deviation is estimated from them."
        let stamp = first.stamp ?? record.moment(at: 0).folderName
        record.id = "goose-\(stamp)-\(first.suite)-\(first.scenario)".replacing(/[^A-Za-z0-9+._-]/, with: "_")
        if logs.count == 1, let users = first.users { record.id += "-u\(users)" }
        record.ladders = LadderAnalysis.all(of: record.steps)
        let word: Verdict.Word =
            record.failures > 0 ? .failedRequests : record.steps.allSatisfy(\.wasReached) ? .pass : .notReached
        record.verdict = Verdict(word, Claim(record).sentence)
        return record
    }

    /// Of "202604301118".
    private static func start(_ stamp: String) -> Int64? {
        guard let match = stamp.wholeMatch(of: /(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)/) else { return nil }
        let parts = [match.1, match.2, match.3, match.4, match.5].compactMap { Int($0) }
        return Moment.microseconds(
            year: parts[0], month: parts[1], day: parts[2], hour: parts[3], minute: parts[4], second: 0)
    }
}
