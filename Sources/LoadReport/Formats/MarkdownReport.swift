package import LoadRecord

/// The report as Markdown with tables as GitHub and Confluence read them.
package struct MarkdownReport: Sendable {
    package let text: String

    package init(_ record: RunRecord) {
        let document = ReportDocument(record)
        var lines = [
            "# \(Self.escaped(document.title))", "", "**\(document.verdict)**: \(Self.escaped(document.headline))", "",
        ]
        lines += document.tiles.map { "* \($0.name): **\(Self.escaped($0.value))** (\(Self.escaped($0.detail)))" }
        lines.append("")
        lines += document.facts.map { "* \($0.name): \(Self.escaped($0.value))" }
        for section in document.sections {
            lines += ["", "## \(section.title)", ""]
            for paragraph in section.paragraphs { lines += [Self.escaped(paragraph), ""] }
            for table in section.tables where !table.rows.isEmpty {
                if !table.title.isEmpty { lines += ["\(Self.escaped(table.title)):", ""] }
                lines.append("| " + table.columns.map(\.name).joined(separator: " | ") + " |")
                lines.append("|" + table.columns.map { $0.isNumber ? "---:|" : "---|" }.joined())
                lines += table.rows.map { "| " + $0.cells.map(Self.escaped).joined(separator: " | ") + " |" }
                lines.append("")
            }
            lines += section.items.map { "* " + Self.escaped($0) }
        }
        text = lines.joined(separator: "\n") + "\n"
    }

    /// Other people's words stay words: no markup, no HTML, no end of a table's cell.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text.withoutControls {
            if "\\|*_`<>[]#".contains(character) { escaped.append("\\") }
            escaped.append(character)
        }
        return escaped
    }
}
