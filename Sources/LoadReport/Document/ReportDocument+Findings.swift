internal import LoadRecord

extension ReportDocument {
    static func freezes(_ record: RunRecord) -> Section {
        var section = Section(id: "freezes", title: "Freezes")
        guard !record.freezes.isEmpty else {
            if record.importedFrom == nil, record.requests > 0 {
                section.paragraphs = [RareFreeze(requests: record.requests).sentence]
            }
            return section
        }
        var table = ReportTable(
            "",
            [
                "<at (UTC)", "into the run", "<kind", "length", "noticed after", "in flight", "late requests",
                "<scenarios", "<most likely",
            ])
        for freeze in record.freezes {
            table.add(
                [
                    record.moment(at: freeze.offsetSeconds).clock, elapsedClock(freeze.offsetSeconds),
                    freeze.kind.rawValue,
                    freeze.lengthText, Figure.seconds(freeze.noticedAfterSeconds), Figure.count(freeze.inFlight),
                    Figure.count(freeze.lateRequests),
                    freeze.scenarios.isEmpty ? "all" : freeze.scenarios.joined(separator: ", "),
                    freeze.diagnosis?.cause.rawValue ?? "not diagnosed",
                ], isBad: freeze.kind != .generatorStalled)
            let at = record.moment(at: freeze.offsetSeconds).clock
            if let top = TopLine(record, freeze)?.text { section.items.append("\(at): \(top)") }
            for reason in freeze.diagnosis?.reasons ?? [] { section.items.append("\(at): \(reason)") }
            if !freeze.probes.isEmpty {
                section.items.append("\(at): probes on new connections: \(probes(freeze.probes))")
            }
            if !freeze.evidence.isEmpty {
                let folder = record.evidenceFolder.map { $0 + "/" } ?? ""
                section.items.append("\(at): evidence: \(freeze.evidence.map { folder + $0 }.joined(separator: ", "))")
            }
        }
        section.tables = [table]
        return section
    }

    /// "connect ok 3 times, getversion timeout 3 times"
    static func probes(_ probes: [ProbeResult]) -> String {
        var order: [String] = []
        var counts: [String: Int] = [:]
        for probe in probes {
            let what = "\(probe.question.rawValue) \(probe.outcome)"
            if counts[what] == nil { order.append(what) }
            counts[what, default: 0] += 1
        }
        return order.map { what in counts[what, default: 0] > 1 ? "\(what) (\(counts[what, default: 0]) times)" : what }
            .joined(separator: ", ")
    }

    static func thresholds(_ record: RunRecord) -> Section {
        var table = ReportTable("", ["<fail on", "<outcome", "<detail"])
        for threshold in record.thresholds {
            table.add(
                [threshold.text, threshold.wasPassed ? "PASSED THE LIMIT" : "kept", threshold.detail],
                isBad: threshold.wasPassed)
        }
        return Section(id: "thresholds", title: "Thresholds", tables: [table])
    }

    static func findMax(_ record: RunRecord) -> Section {
        guard let found = record.findMax else { return Section(id: "find-max", title: "") }
        var table = ReportTable("Attempts", ["rate tried", "<goal", "p99", "errors"])
        for attempt in found.attempts {
            table.add(
                [
                    Figure.number(attempt.perSecond) + "/s", attempt.metGoal ? "met" : "missed",
                    attempt.p99.map { Figure.time($0) } ?? "-", Figure.percent(attempt.errors),
                ], isBad: !attempt.metGoal)
        }
        let missed = found.failedPerSecond.map { "; \(Figure.number($0))/s missed it" } ?? ""
        return Section(
            id: "find-max", title: "The highest rate that meets the goal",
            paragraphs: ["\(found.goal): \(Figure.number(found.foundPerSecond))/s met it\(missed): \(found.reason)."],
            tables: [table])
    }

    static func ladder(_ record: RunRecord) -> Section {
        var section = Section(id: "ladder", title: "Ladder")
        for ladder in record.laddersOfUsers {
            section.paragraphs += LadderText.sentences(ladder)
            var table = ReportTable(
                ladder.scenario, ["<planned", "effective", "req/s", "mean latency", "p99", "<load"])
            for level in LadderLevel.levels(of: ladder.scenario, in: record.steps) {
                table.add(
                    [
                        level.users.map { $0 == 1 ? "1 user" : "\(Figure.count($0)) users" } ?? "-",
                        Figure.number(level.concurrency),
                        Figure.number(level.perSecond), Figure.time(level.meanSeconds * 1e6), Figure.time(level.p99),
                        level.wasReached ? "reached" : "NOT REACHED",
                    ], isBad: !level.wasReached)
            }
            section.tables.append(table)
        }
        return section
    }

    static func timers(_ record: RunRecord) -> Section {
        Section(
            id: "timers", title: "Known timers in the latencies", items: KnownTimers.found(in: record).map(\.sentence))
    }

    static func certificate(_ record: RunRecord) -> Section {
        let certificate = record.certificate
        var table = ReportTable("", ["<what", "value", "limit", "<"])
        for line in certificate.lines {
            table.add([line.what, line.value, line.limit, line.holds ? "holds" : "RED"], isBad: !line.holds)
        }
        var section = Section(id: "certificate", title: "Generator certificate", tables: [table])
        guard !table.rows.isEmpty else {
            if record.importedFrom != nil { section.paragraphs = ["None: the old tool did not watch itself."] }
            return section
        }
        section.paragraphs =
            [
                certificate.isClean
                    ? "The generator was not the limit."
                    : "The generator may have been the limit: every rate here is \"at least\"."
            ] + [SharedMachine.sentence(record)].compactMap(\.self)
        if let cost = certificate.cpuPerRequest { section.items.append("own CPU per request: \(Figure.time(cost))") }
        if let calibrated = certificate.calibratedPerSecond {
            section.items.append("against its own responder it reached \(Figure.number(calibrated))/s with this plan")
        }
        if let early = certificate.residentBytesEarly, let end = certificate.residentBytesEnd {
            section.items.append("own memory: \(Figure.bytes(early)) after warm-up, \(Figure.bytes(end)) at the end")
        }
        return section
    }

    static func forecast(_ record: RunRecord) -> Section {
        Section(id: "forecast", title: "Forecast before the run", items: record.forecast)
    }
}
