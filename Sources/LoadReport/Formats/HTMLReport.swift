private import Foundation
package import LoadRecord
private import Mustache

/// The report as one file: opens from a mail attachment, without a network and without its script, and prints.
package struct HTMLReport: Sendable {
    package let text: String

    package init(_ record: RunRecord) throws {
        let template = try MustacheTemplate(string: Template.text(PackageResources.report_html))
        text = template.render(try ReportPage(record))
    }
}

enum Template {
    static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

/// What the page's template shows. Mustache reads stored properties by name.
private struct ReportPage {
    let title: String
    let style = Template.text(PackageResources.page_css)
    let script = Template.text(PackageResources.report_js)
    let tone: String
    let verdict: String
    let headline: String
    let tiles: [Tile]
    let hasCertificate: Bool
    let certificate: [Cell]
    let facts: [Fact]
    let sections: [Section]
    let hasCharts: Bool
    let panels: [Panel]
    let readings: String
    let footer: String

    struct Tile { let name: String, value: String, detail: String, tone: String }
    struct Fact { let name: String, value: String }
    struct Legend { let name: String, cssClass: String }
    struct Panel { let number: Int, title: String, legends: [Legend], svg: String }
    struct Cell { let text: String, cssClass: String }
    struct Row { let cells: [Cell], cssClass: String }
    struct Table { let title: String, hasTitle: Bool, columns: [Cell], rows: [Row] }
    struct Picture { let caption: String, legends: [Legend], svg: String }
    struct Section {
        let id: String, title: String
        let paragraphs: [String], items: [String]
        let hasItems: Bool
        let figures: [Picture]
        let tables: [Table]
    }

    init(_ record: RunRecord) throws {
        let document = ReportDocument(record)
        title = document.title.withoutControls
        tone = document.tone.rawValue
        verdict = document.verdict
        headline = document.headline.withoutControls
        tiles = document.tiles.map {
            Tile(name: $0.name, value: $0.value, detail: $0.detail.withoutControls, tone: $0.tone?.rawValue ?? "plain")
        }
        hasCertificate = !record.certificate.lines.isEmpty
        certificate = record.certificate.lines.map { line in
            Cell(
                text: "\(line.what) \(line.value) (\(line.limit))".withoutControls,
                cssClass: line.holds ? "good" : "bad")
        }
        facts = document.facts.map { Fact(name: $0.name, value: $0.value.withoutControls) }
        let charts = RunCharts(record)
        hasCharts = !charts.panels.isEmpty
        panels = charts.panels.enumerated().map { index, panel in
            Panel(
                number: index, title: panel.title,
                legends: panel.series.count > 1
                    ? panel.series.map { Legend(name: $0.name, cssClass: $0.cssClass) } : [],
                svg: panel.svg(charts.frame, isFirst: index == 0))
        }
        // "<" and "&" would end the script's element in HTML, or be markup in XML.
        readings = String(decoding: try JSONEncoder().encode(charts.readings), as: UTF8.self)
            .replacing("<", with: "\\u003c").replacing("&", with: "\\u0026")
        sections = document.sections.map { section in
            Section(
                id: section.id, title: section.title, paragraphs: section.paragraphs.map(\.withoutControls),
                items: section.items.map(\.withoutControls), hasItems: !section.items.isEmpty,
                figures: Self.figures(section.id, record),
                tables: section.tables.filter { !$0.rows.isEmpty }.map(Self.table))
        }
        footer = "\(record.tool) · format \(record.format)"
    }

    private static func figures(_ section: String, _ record: RunRecord) -> [Picture] {
        switch section {
        case "latency":
            guard let svg = LatencyHistogram.svg(record.total) else { return [] }
            return [
                Picture(
                    caption: "How many requests took how long (both axes logarithmic)",
                    legends: [
                        Legend(name: "from intended time", cssClass: "c-intended"),
                        Legend(name: "service time", cssClass: "c-service"),
                    ],
                    svg: svg)
            ]
        case "ladder":
            return record.laddersOfUsers.flatMap { ladder in
                let chart = LadderChart(ladder, LadderLevel.levels(of: ladder.scenario, in: record.steps))
                let fit = ladder.scalability == nil ? [] : [Legend(name: "scalability law", cssClass: "fit")]
                return [
                    Picture(
                        caption:
                            "\(ladder.scenario): requests/s; numbers at the points are planned users, hollow "
                            + "points were not reached",
                        legends: [Legend(name: "measured", cssClass: "c-1")] + fit, svg: chart.throughput),
                    Picture(
                        caption: "\(ladder.scenario): latency in ms",
                        legends: [Legend(name: "mean", cssClass: "c-1"), Legend(name: "p99", cssClass: "c-p99")],
                        svg: chart.latency),
                ]
            }
        default: return []
        }
    }

    private static func table(_ table: ReportTable) -> Table {
        let kinds = table.columns.map { $0.isNumber ? "number" : "words" }
        return Table(
            title: table.title, hasTitle: !table.title.isEmpty,
            columns: zip(table.columns, kinds).map { Cell(text: $0.name, cssClass: $1) },
            rows: table.rows.map { row in
                Row(
                    cells: zip(row.cells, kinds).map { Cell(text: $0.withoutControls, cssClass: $1) },
                    cssClass: [row.isBad ? "bad" : "", row.isTotal ? "total" : ""].joined(separator: " "))
            })
    }
}
