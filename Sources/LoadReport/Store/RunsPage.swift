private import Foundation
private import LoadRecord
private import Mustache

/// `index.html`: the load test runs, newest first.
struct RunsPage {
    let text: String

    init(_ listing: RunStore.Listing) throws {
        text = try MustacheTemplate(string: Template.text(PackageResources.runs_html)).render(Page(listing))
    }

    /// Mustache reads stored properties by name.
    private struct Page {
        struct Column { let text: String, cssClass: String }
        struct Row {
            let started: String, label: String, scenarios: String, planned: String, link: String, noteLink: String
            let users: String, usersSort: String, effective: String, effectiveSort: String, missed: Bool
            let requests: String, requestsSort: String, failures: String, failuresSort: String, failed: Bool
            let rate: String, rateSort: String
            let p50: String, p50Sort: String, p99: String, p99Sort: String, max: String, maxSort: String
            let tone: String, verdict: String, imported: Bool
        }

        let style = Template.text(PackageResources.page_css)
        let script = Template.text(PackageResources.runs_js)
        let count: String
        let columns: [Column]
        let rows: [Row]
        let problems: [String]
        let hasProblems: Bool

        init(_ listing: RunStore.Listing) {
            count = listing.runs.count == 1 ? "1 run" : "\(Figure.count(listing.runs.count)) runs"
            columns =
                ["started (UTC)", "verdict", "label", "scenario", "planned"].map { Column(text: $0, cssClass: "words") }
                + ["users", "effective", "requests", "failures", "req/s", "p50", "p99", "max"].map {
                    Column(text: $0, cssClass: "number")
                }
                + ["note"].map { Column(text: $0, cssClass: "words") }
            rows = listing.runs.map { Self.row($0) }
            problems = listing.problems.map(\.withoutControls)
            hasProblems = !problems.isEmpty
        }

        private static func row(_ run: RunSummary) -> Row {
            let folder =
                run.id.addingPercentEncoding(
                    withAllowedCharacters: .alphanumerics.union(CharacterSet(charactersIn: "-_."))) ?? ""
            func milliseconds(_ time: Int) -> String { Figure.milliseconds(Double(time)) }
            return Row(
                started: run.startedAt.text, label: run.label.withoutControls, scenarios: run.scenarios.withoutControls,
                planned: run.planned, link: "\(folder)/report.html", noteLink: "\(folder)/note.md",
                users: run.usersPlanned.map(Figure.count) ?? "-", usersSort: String(run.usersPlanned ?? -1),
                effective: Figure.number(run.effective), effectiveSort: String(run.effective), missed: !run.wasReached,
                requests: Figure.count(run.requests), requestsSort: String(run.requests),
                failures: Figure.count(run.failures),
                failuresSort: String(run.failures), failed: run.failures > 0, rate: Figure.number(run.perSecond),
                rateSort: String(run.perSecond), p50: milliseconds(run.p50), p50Sort: String(run.p50),
                p99: milliseconds(run.p99),
                p99Sort: String(run.p99), max: milliseconds(run.max), maxSort: String(run.max),
                tone: ReportDocument.Tone(run.verdict.word).rawValue, verdict: run.verdict.word.rawValue,
                imported: run.importedFrom != nil)
        }
    }
}
