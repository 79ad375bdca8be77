private import LoadRecord

/// All runs as a table for terminals and as tab-separated values for a spreadsheet's tab.
package struct RunsTable: Sendable {
    private let listing: RunStore.Listing

    package init(_ listing: RunStore.Listing) {
        self.listing = listing
    }

    package var text: String {
        var table = ReportTable(
            "",
            [
                "<run", "<label", "<planned", "effective", "requests", "failures", "req/s", "p50", "p99", "max",
                "<verdict",
            ])
        for run in listing.runs {
            table.add(
                [
                    run.id, run.label, run.planned, Figure.number(run.effective), Figure.count(run.requests),
                    Figure.count(run.failures),
                    Figure.number(run.perSecond), Figure.time(run.p50), Figure.time(run.p99), Figure.time(run.max),
                    run.verdict.word.rawValue + (run.wasReached ? "" : " (NOT REACHED)"),
                ].map(\.withoutControls))
        }
        let lines = listing.runs.isEmpty ? ["no runs"] : ConsoleText.lines(of: table)
        return (lines + listing.problems.map(\.withoutControls)).joined(separator: "\n") + "\n"
    }

    /// Numbers without separators or units, so that a spreadsheet takes them for numbers. Times in milliseconds.
    package var tsv: String {
        let head = [
            "run", "started (UTC)", "label", "scenario", "planned", "users planned", "users effective", "load reached",
            "requests",
            "failures", "req/s", "p50 ms", "p99 ms", "max ms", "freezes", "verdict", "claim", "report",
        ]
        let rows = listing.runs.map { run in
            [
                run.id, run.startedAt.text, run.label, run.scenarios, run.planned,
                run.usersPlanned.map(String.init) ?? "",
                Figure.decimals(run.effective, 2), run.wasReached ? "yes" : "NOT REACHED", String(run.requests),
                String(run.failures),
                Figure.decimals(run.perSecond, 2), Figure.decimals(Double(run.p50) / 1e3, 3),
                Figure.decimals(Double(run.p99) / 1e3, 3),
                Figure.decimals(Double(run.max) / 1e3, 3), String(run.freezes), run.verdict.word.rawValue,
                run.verdict.headline,
                run.id + "/report.html",
            ]
        }
        return ([head] + rows).map { $0.map(Self.cell).joined(separator: "\t") }.joined(separator: "\n") + "\n"
    }

    /// A spreadsheet takes a tab or a line's end for the next cell, a leading quote for quoting and "=" for a formula.
    static func cell(_ text: String) -> String {
        var text = text.withoutControls.map { $0.isNewline ? " " : String($0) }.joined()
        if let first = text.first, "=+@".contains(first) || first == "-" && Double(text) == nil { text = "'" + text }
        return text.hasPrefix("\"") ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
    }
}
