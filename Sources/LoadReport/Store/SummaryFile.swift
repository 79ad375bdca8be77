internal import Foundation
internal import LoadRecord

/// A run's line beside its record, so that a list of a hundred runs need not read a hundred timelines.
struct SummaryFile: Codable {
    static let name = "summary.json"
    /// Of the record it was made from.
    var recordBytes: Int
    private var summary: RunSummary

    init(_ record: RunRecord, recordBytes: Int) {
        self.recordBytes = recordBytes
        summary = RunSummary(record)
    }

    init(data: Data) throws {
        self = try JSONDecoder().decode(SummaryFile.self, from: data)
    }

    var data: Data {
        get throws { try JSONEncoder().encode(self) }
    }

    /// A folder that somebody renamed is found by its new name.
    func summary(folder: String) -> RunSummary {
        var summary = summary
        summary.id = folder
        return summary
    }
}
