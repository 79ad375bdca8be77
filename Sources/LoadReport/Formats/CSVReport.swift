package import LoadRecord

/// One line per scenario and step, for spreadsheets and scripts. Times in microseconds.
package struct CSVReport: Sendable {
    package let text: String

    package init(_ record: RunRecord) {
        let percentiles = LatencySummary.reported.map { "p" + ReportDocument.name(of: $0) }
        var lines = [
            [
                "run", "started_utc", "labels", "step", "users", "rate_planned", "effective_concurrency",
                "in_flight_max",
                "reached", "warm_up_requests", "seconds", "scenario", "request", "planned", "sent", "succeeded",
                "failed",
                "per_second", "mean_us", "min_us", "max_us", "stddev_us",
            ] + percentiles.map { $0 + "_us" } + percentiles.map { "service_" + $0 + "_us" }
                + ["service_max_us", "bytes_sent", "bytes_received", "connections", "statuses"]
                + FailureClass.allCases.map { "failed_" + $0.rawValue }
        ]
        for step in record.steps {
            for figures in step.scenarios { lines.append(Self.cells(record, step, figures)) }
        }
        text = lines.map { $0.map(Self.quoted).joined(separator: ",") }.joined(separator: "\r\n") + "\r\n"
    }

    private static func cells(_ record: RunRecord, _ step: StepRecord, _ figures: ScenarioFigures) -> [String] {
        let times = figures.fromIntended
        let planned = step.planned
        let rate = planned.rate.map { "\($0)" } ?? ""
        var cells: [String] = [record.id, record.moment(at: 0).text, record.labelText, step.displayName]
        cells += [planned.users.map(String.init) ?? "", rate, Figure.decimals(step.effectiveConcurrency, 3)]
        cells += [String(step.inFlightMax), step.wasReached ? "true" : "false", String(step.warmUpRequests)]
        cells += [Figure.decimals(step.seconds, 3), figures.name, figures.request]
        cells += [figures.planned, figures.sent, figures.succeeded, figures.failed].map { String($0) }
        cells += [Figure.decimals(figures.perSecond, 3), Figure.decimals(times.mean, 1)]
        cells += [String(times.min), String(times.max), Figure.decimals(times.standardDeviation, 1)]
        cells += LatencySummary.reported.map { String(times.percentile($0)) }
        cells += LatencySummary.reported.map { String(figures.service.percentile($0)) }
        cells += [
            String(figures.service.max), String(figures.bytesSent), String(figures.bytesReceived),
            String(figures.connectionsOpened),
            figures.statuses.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " "),
        ]
        return cells + FailureClass.allCases.map { String(figures.failures[$0] ?? 0) }
    }

    /// RFC 4180. A text that a spreadsheet would take for a formula gets an apostrophe.
    static func quoted(_ cell: String) -> String {
        var cell = cell
        if let first = cell.first, "=+@\t\r".contains(first) || first == "-" && Double(cell) == nil {
            cell = "'" + cell
        }
        guard cell.contains(where: { ",\"\r\n".contains($0) || $0.isNewline }) else { return cell }
        return "\"" + cell.replacing("\"", with: "\"\"") + "\""
    }
}
