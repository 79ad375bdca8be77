internal import LoadRecord

extension ReportDocument {
    static func steps(_ record: RunRecord) -> Section {
        var table = ReportTable(
            "",
            [
                "<step", "<planned", "effective", "most at once", "<load", "requests", "failures", "req/s", "measured",
                "warm-up, excluded", "halves differ",
            ])
        var section = Section(id: "steps", title: "Planned and effective load")
        for step in record.steps {
            let (completed, failed) = (step.completed, step.total.failed)
            let halves = step.halvesDiffer.map {
                Figure.percent($0) + ($0 <= StepRecord.halvesMayDiffer ? "" : " NOT STEADY")
            }
            table.add(
                [
                    step.displayName, step.loadText, Figure.number(step.effectiveConcurrency),
                    Figure.count(step.inFlightMax),
                    step.wasReached ? "reached" : "NOT REACHED", Figure.count(completed), Figure.count(failed),
                    Figure.number(step.total.perSecond), Figure.seconds(step.seconds),
                    step.warmUpRequests == 0 ? "none" : "\(Figure.count(step.warmUpRequests)) requests", halves ?? "-",
                ], isBad: failed > 0 || !step.wasReached)
            if let shortfall = step.shortfall { section.items.append("\(step.displayName): \(shortfall)") }
        }
        section.paragraphs = [
            "Effective concurrency is rate × mean latency (Little's law): how many requests were really under way. "
                + "Below 0.8 × the planned users, a step is NOT REACHED and says nothing of so many users."
        ]
        section.tables = [table]
        return table.rows.isEmpty ? Section(id: "steps", title: "") : section
    }

    /// Each scenario of each step, and a sum where there are several.
    private static func rows(_ record: RunRecord) -> [(load: String, figures: ScenarioFigures, isTotal: Bool)] {
        var rows: [(load: String, figures: ScenarioFigures, isTotal: Bool)] = []
        for step in record.steps {
            for figures in step.scenarios { rows.append((step.loadText, figures, false)) }
            if step.scenarios.count > 1 { rows.append((step.loadText, step.total, true)) }
        }
        if record.steps.count > 1 { rows.append(("all steps", record.total, true)) }
        return rows
    }

    static func requests(_ record: RunRecord) -> Section {
        var table = ReportTable(
            "Times in ms, from when each request was due",
            [
                "<load", "<scenario", "<request", "# reqs", "# fails", "fails", "req/s", "fail/s", "mean", "min", "max",
                "median", "std dev",
            ])
        for row in rows(record) {
            let (figures, times) = (row.figures, row.figures.fromIntended)
            let failPerSecond =
                figures.completed > 0 ? figures.perSecond * Double(figures.failed) / Double(figures.completed) : 0
            table.add(
                [
                    row.load, figures.name, figures.request, Figure.count(figures.completed),
                    Figure.count(figures.failed),
                    Figure.share(figures.failed, of: figures.completed), Figure.number(figures.perSecond),
                    Figure.number(failPerSecond), Figure.milliseconds(times.mean),
                    Figure.milliseconds(Double(times.min)),
                    Figure.milliseconds(Double(times.max)), Figure.milliseconds(Double(times.percentile(50))),
                    Figure.milliseconds(times.standardDeviation),
                ], isBad: figures.failed > 0, isTotal: row.isTotal)
        }
        return Section(id: "requests", title: "Requests", tables: [table])
    }

    static func latency(_ record: RunRecord) -> Section {
        var table = ReportTable(
            "Percentiles in ms",
            ["<load", "<scenario", "<measured"] + LatencySummary.reported.map { "\(Self.name(of: $0)) %" } + [
                "max", "mean", "std dev",
            ])
        for row in rows(record) {
            for (name, times) in [
                ("from intended time", row.figures.fromIntended), ("service time", row.figures.service),
            ]
            where times.count > 0 {
                table.add(
                    [row.load, row.figures.name, name]
                        + LatencySummary.reported.map { Figure.milliseconds(Double(times.percentile($0))) }
                        + [Double(times.max), times.mean, times.standardDeviation].map(Figure.milliseconds),
                    isTotal: row.isTotal)
            }
        }
        return Section(
            id: "latency", title: "Latency",
            paragraphs: [
                "From intended time counts a request's wait before it could be sent; service time begins when it "
                    + "was sent. "
                    + "Where the two differ, requests piled up."
            ], tables: [table])
    }

    static func name(of percentile: Double) -> String {
        percentile == percentile.rounded() ? String(Int(percentile)) : String(percentile)
    }

    static func phases(_ record: RunRecord) -> Section {
        var table = ReportTable(
            "Median / p99 / max in ms",
            ["<load", "<scenario", "connect", "first byte", "body", "connections", "bytes out", "bytes in"])
        func text(_ times: LatencySummary) -> String {
            times.count == 0
                ? "-"
                : [times.percentile(50), times.percentile(99), times.max].map { Figure.milliseconds(Double($0)) }
                    .joined(separator: " / ")
        }
        for row in rows(record) where row.figures.bytesSent > 0 || row.figures.firstByte.count > 0 {
            let figures = row.figures
            table.add(
                [
                    row.load, figures.name, text(figures.connect), text(figures.firstByte), text(figures.body),
                    Figure.count(figures.connectionsOpened), Figure.bytes(figures.bytesSent),
                    Figure.bytes(figures.bytesReceived),
                ], isTotal: row.isTotal)
        }
        return Section(id: "phases", title: "Where the time went", tables: [table])
    }

    static func answers(_ record: RunRecord) -> Section {
        var statuses = ReportTable("Status codes", ["<load", "<scenario", "<answers by HTTP status"])
        var errors = ReportTable("Errors", ["count", "of its requests", "<load", "<scenario", "<what"])
        var section = Section(id: "answers", title: "Answers and errors")
        for row in rows(record) {
            let codes = row.figures.statuses.sorted { $0.key < $1.key }
                .map { "\(Figure.count($0.value)) × \($0.key)" }.joined(separator: ", ")
            statuses.add(
                [row.load, row.figures.name, codes.isEmpty ? "none" : codes],
                isBad: row.figures.statuses.keys.contains { $0 >= 400 }, isTotal: row.isTotal)
            guard !row.isTotal else { continue }
            for (failure, count) in row.figures.failures.sorted(by: { $0.value > $1.value }) where count > 0 {
                errors.add(
                    [
                        Figure.count(count), Figure.share(count, of: row.figures.completed), row.load, row.figures.name,
                        failure.rawValue,
                    ],
                    isBad: true)
            }
            for example in row.figures.examples { section.items.append("\(row.figures.name): \(example)") }
        }
        section.tables = [statuses, errors].filter { !$0.rows.isEmpty }
        return section
    }
}
