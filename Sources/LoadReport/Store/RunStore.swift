private import Foundation
package import LoadRecord

/// The runs folder: a folder per run with its record, reports and note, and a page of all runs.
///
/// A run is there when its `run.json` is; that is written last, and every file at once or not at all.
package struct RunStore: Sendable {
    package let folder: String

    package struct Listing: Sendable {
        /// Newest first.
        package var runs: [RunSummary]
        /// Entries that could not be read, each with why.
        package var problems: [String]
    }

    package init(folder: String) {
        self.folder = folder
    }

    /// Where a run's files are; evidence may be put there before the run is saved.
    package func runFolder(_ id: String) -> String { folder + "/" + id }

    /// "20261125-171530-createkey-u10", with "-2" and so on when there is such a run already.
    package func newID(startedAtMicroseconds: Int64, plan: LoadPlan) -> String {
        let name = RunName.name(startedAtMicroseconds: startedAtMicroseconds, plan: plan)
        var number = 1
        while FileManager.default.fileExists(atPath: runFolder(number == 1 ? name : "\(name)-\(number)")) {
            number += 1
        }
        return number == 1 ? name : "\(name)-\(number)"
    }

    /// Writes the run's record, all its reports and the note, then the page of all runs.
    /// - Parameters:
    ///   - reportFiles: more places for the report, in the format their extension says.
    ///   - secrets: values that must not be in any of them.
    /// - Returns: the paths of what was written.
    @discardableResult
    package func save(_ record: RunRecord, reportFiles: [String] = [], secrets: [String] = []) throws -> [String] {
        guard RunName.isValid(record.id) else { throw RunStoreError("'\(record.id)' is no name for a run's folder") }
        let record = try Redaction(secrets: secrets).record(record)
        let run = runFolder(record.id)
        try FileManager.default.createDirectory(atPath: run, withIntermediateDirectories: true)
        var written: [String] = []
        func write(_ data: Data, _ path: String) throws {
            try data.write(to: URL(fileURLWithPath: path), options: .atomic)
            written.append(path)
        }
        for format in ReportFormat.allCases where format != .json {
            try write(format.data(record), "\(run)/report.\(format.rawValue)")
        }
        try write(Data(note(of: record).text.utf8), run + "/note.md")
        let json = try JSONReport.data(record)
        try write(SummaryFile(record, recordBytes: json.count).data, "\(run)/\(SummaryFile.name)")
        try write(json, run + "/run.json")
        for path in reportFiles {
            let parent = URL(fileURLWithPath: path).deletingLastPathComponent()
            try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
            try write(ReportFormat(path: path).data(record), path)
        }
        written.append(try writePage())
        return written
    }

    /// `index.html`, which ``save(_:reportFiles:secrets:)`` writes too.
    @discardableResult
    package func writePage() throws -> String {
        let path = folder + "/index.html"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(RunsPage(list()).text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        return path
    }

    package func list() -> Listing {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        var listing = Listing(runs: [], problems: [])
        for name in names.sorted() where !name.hasPrefix(".") {
            let path = "\(runFolder(name))/run.json"
            guard FileManager.default.fileExists(atPath: path) else { continue }
            do {
                listing.runs.append(try summary(name))
            } catch {
                listing.problems.append("\(name): cannot be read: \(Self.text(error))")
            }
        }
        listing.runs.sort { ($0.startedAtMicroseconds, $0.id) > ($1.startedAtMicroseconds, $1.id) }
        return listing
    }

    /// - Parameter id: a run's name, an unmistakable beginning of one, or "latest".
    package func load(_ id: String) throws -> RunRecord {
        if RunName.isValid(id), FileManager.default.fileExists(atPath: runFolder(id) + "/run.json") {
            return try record(id)
        }
        let runs = list().runs
        let matches = id == "latest" ? Array(runs.prefix(1)) : runs.filter { $0.id.hasPrefix(id) }
        guard let match = matches.first else { throw RunStoreError("there is no run '\(id)' in \(folder)") }
        guard matches.count == 1 else {
            throw RunStoreError("'\(id)' may be any of \(matches.map(\.id).joined(separator: ", "))")
        }
        return try record(match.id)
    }

    /// The last run before this one with the same scenarios and load.
    private func previous(of record: RunRecord) -> RunRecord? {
        let own = RunSummary(record)
        let match = list().runs.first {
            $0.id != own.id && $0.startedAtMicroseconds < own.startedAtMicroseconds && $0.scenarios == own.scenarios
                && $0.planned == own.planned
        }
        return match.flatMap { try? self.record($0.id) }
    }

    private static let earlierFreezesMax = 100

    /// What froze the runs before this one, the latest of them; what cannot be read has nothing to say.
    package func earlierFreezes(than record: RunRecord) -> [FreezeRecipe] {
        list().runs.filter {
            $0.freezes > 0 && $0.id != record.id && $0.startedAtMicroseconds < record.startedAtMicroseconds
        }.prefix(Self.earlierFreezesMax).compactMap { try? self.record($0.id) }.flatMap(FreezeRecipe.recipes(of:))
    }

    /// With what the runs before it say.
    package func note(of record: RunRecord) -> MeetingNote {
        MeetingNote(record, previous: previous(of: record), earlierFreezes: earlierFreezes(than: record))
    }

    private func record(_ name: String) throws -> RunRecord {
        try JSONReport.record(Data(contentsOf: URL(fileURLWithPath: "\(runFolder(name))/run.json")))
    }

    /// From the small file when it is of this very record, for records may be large.
    private func summary(_ name: String) throws -> RunSummary {
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(runFolder(name))/run.json")
        let small = try? Data(contentsOf: URL(fileURLWithPath: "\(runFolder(name))/\(SummaryFile.name)"))
        let size = (attributes[.size] as? NSNumber)?.intValue
        if let file = small.flatMap({ try? SummaryFile(data: $0) }), file.recordBytes == size {
            return file.summary(folder: name)
        }
        var summary = RunSummary(try record(name))
        summary.id = name
        return summary
    }

    private static func text(_ error: any Error) -> String {
        switch error {
        case let error as RunStoreError: error.description
        case is DecodingError: "it is no run record"
        default: "\(error.localizedDescription)"
        }
    }
}
