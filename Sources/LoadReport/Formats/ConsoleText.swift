package import LoadRecord

/// The report for terminals and for the old tool's `.log` files.
package struct ConsoleText: Sendable {
    package let text: String
    /// "FREEZE 4.0 s at 5.0 s: hang, 20 in flight." The first line, and worth to be the last one too: it is still on
    /// the screen when the rest has scrolled away.
    package let summary: String

    package init(_ record: RunRecord) {
        let document = ReportDocument(record)
        summary = document.summary
        var lines = [summary, ""]
        let width = document.facts.map(\.name.count).max() ?? 0
        for fact in document.facts { lines.append("  " + fact.name.padded(to: width) + "  " + fact.value) }
        for section in document.sections {
            lines += ["", " === \(section.title.uppercased()) ==="]
            lines += section.paragraphs.map { " " + $0 }
            for table in section.tables where !table.rows.isEmpty {
                if !table.title.isEmpty { lines.append(" \(table.title):") }
                lines += Self.lines(of: table)
            }
            lines += section.items.map { " - " + $0 }
        }
        text = lines.map(\.withoutControls).joined(separator: "\n") + "\n"
    }

    static func lines(of table: ReportTable) -> [String] {
        let widths = table.columns.indices.map { column in
            max(table.columns[column].name.count, table.rows.map { $0.cells[column].count }.max() ?? 0)
        }
        func line(_ cells: [String]) -> String {
            " "
                + cells.indices.map { index in
                    table.columns[index].isNumber
                        ? cells[index].padded(leftTo: widths[index]) : cells[index].padded(to: widths[index])
                }.joined(separator: " | ").replacing(/[ ]+$/, with: "")
        }
        let rule = " " + String(repeating: "-", count: widths.reduce(0, +) + 3 * (widths.count - 1))
        return [rule, line(table.columns.map(\.name)), rule] + table.rows.map { line($0.cells) } + [rule]
    }
}

extension String {
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }

    func padded(leftTo width: Int) -> String {
        String(repeating: " ", count: max(0, width - count)) + self
    }

    /// What other people wrote must not move a terminal's cursor, break a line of a table or make XML malformed.
    var withoutControls: String {
        guard unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return self }
        return String(
            String.UnicodeScalarView(unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
    }
}
