package import Foundation
package import LoadRecord

/// What `--report-file` can write, by the file's extension.
package enum ReportFormat: String, CaseIterable, Sendable {
    case html, md, json, csv, xml, txt

    /// - Throws: ``RunStoreError`` when the extension says nothing; ask before the run.
    package init(path: String) throws(RunStoreError) {
        let ending = URL(fileURLWithPath: path).pathExtension.lowercased()
        guard let format = ending == "htm" ? .html : ending == "log" ? .txt : ReportFormat(rawValue: ending) else {
            let known = Self.allCases.map { "." + $0.rawValue }.joined(separator: " ")
            throw RunStoreError("\(path): a report's name ends in one of \(known)")
        }
        self = format
    }

    package func data(_ record: RunRecord) throws -> Data {
        switch self {
        case .html: Data(try HTMLReport(record).text.utf8)
        case .md: Data(MarkdownReport(record).text.utf8)
        case .json: try JSONReport.data(record)
        case .csv: Data(CSVReport(record).text.utf8)
        case .xml: Data(JUnitReport(record).text.utf8)
        case .txt: Data(ConsoleText(record).text.utf8)
        }
    }
}
