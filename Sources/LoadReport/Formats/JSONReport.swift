package import Foundation
package import LoadRecord

/// The record itself: what `runs show --json` and every later report read.
package enum JSONReport {
    package static func data(_ record: RunRecord) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return try encoder.encode(record)
    }

    /// - Throws: ``RunStoreError`` when a newer tool wrote it.
    package static func record(_ data: Data) throws -> RunRecord {
        struct Head: Decodable { var format: Int }
        let format = try JSONDecoder().decode(Head.self, from: data).format
        guard format <= RunRecord.formatCurrent else {
            throw RunStoreError("format \(format) is of a newer tms-loadtest")
        }
        return try JSONDecoder().decode(RunRecord.self, from: data)
    }
}
