internal import LoadRecord

extension ReportDocument {
    static func tiles(_ record: RunRecord) -> [Tile] {
        guard let step = record.mainStep else { return [] }
        let total = step.total
        let (requests, failures) = (record.requests, record.failures)
        var tiles = [
            Tile(
                name: "Failures", value: Figure.count(failures),
                detail: "\(Figure.share(failures, of: requests)) of \(Figure.count(requests)) requests",
                tone: failures > 0 ? .bad : .good),
            freezeTile(record), limitTile(record, step),
            Tile(
                name: "Rate", value: (record.certificate.isClean ? "" : "≥ ") + Figure.number(total.perSecond) + "/s",
                detail: "at \(step.loadText), \(Figure.seconds(step.seconds))"),
            Tile(
                name: "p99 from intended time", value: Figure.time(total.fromIntended.percentile(99)),
                detail: "service time \(Figure.time(total.service.percentile(99))) · p50 "
                    + "\(Figure.time(total.fromIntended.percentile(50))) · max \(Figure.time(total.fromIntended.max))"),
        ]
        let planned = step.planned.users.map { "\(Figure.count($0)) users planned" } ?? "\(step.loadText) planned"
        tiles.append(
            Tile(
                name: "Effective concurrency", value: Figure.number(step.effectiveConcurrency),
                detail: planned + ", most counted \(Figure.count(step.inFlightMax))"
                    + (step.wasReached ? "" : ": NOT REACHED"), tone: step.wasReached ? nil : .warning))
        return tiles
    }

    private static func freezeTile(_ record: RunRecord) -> Tile {
        guard let first = record.serverFreezes.first else {
            let bound = RareFreeze(requests: record.requests)
            return Tile(
                name: "Freezes", value: record.importedFrom == nil ? "none" : "not watched",
                detail: record.importedFrom == nil
                    ? "fewer than 1 in \(Figure.count(Int(1 / bound.ratePerRequestMax))) requests (95 %)" : "imported",
                tone: record.importedFrom == nil ? .good : nil)
        }
        let more = record.serverFreezes.count - 1
        return Tile(
            name: more > 0 ? "Freezes: \(more + 1), the first at" : "Froze at",
            value: record.moment(at: first.offsetSeconds).clock,
            detail: "\(first.lengthText), \(first.kind.rawValue), \(first.inFlight) in flight, "
                + "\(elapsedClock(first.offsetSeconds)) into the run", tone: .bad)
    }

    /// What the limit was, if the run looked for one.
    private static func limitTile(_ record: RunRecord, _ step: StepRecord) -> Tile {
        if let found = record.findMax {
            return Tile(
                name: "Limit found", value: Figure.number(found.foundPerSecond) + "/s",
                detail: "for \(found.goal)"
                    + (found.failedPerSecond.map { "; \(Figure.number($0))/s missed it" } ?? ""))
        }
        let ladders = record.laddersOfUsers
        if let ladder = ladders.min(by: { $0.throughputMax < $1.throughputMax }) {
            return Tile(
                name: "Limit", value: Figure.number(ladder.throughputMax) + "/s",
                detail: "\(ladder.scenario), knee at \(Figure.number(ladder.kneeUsers)) users")
        }
        let best = record.steps.map(\.total.perSecond).max() ?? 0
        return Tile(
            name: "Limit", value: "not sought", detail: "one load only; the best rate seen was \(Figure.number(best))/s"
        )
    }

    static func facts(_ record: RunRecord) -> [(name: String, value: String)] {
        let target = record.target
        var facts: [(String, String)] = [
            ("run", record.id), ("started", record.moment(at: 0).text + " UTC, took " + Figure.seconds(record.seconds)),
        ]
        func add(_ name: String, _ value: String?) {
            if let value, !value.isEmpty { facts.append((name, value)) }
        }
        add("imported from", record.importedFrom)
        add("target", target.url)
        let server = [
            target.version.map { "TMS \($0)" }, target.commit.map { "commit \($0)" }, target.pid.map { "pid \($0)" },
            target.databaseBytes.map { "database \(Figure.bytes($0)) at the start" },
        ]
        add("server", server.compactMap { $0 }.joined(separator: ", "))
        add(
            "connection",
            [
                target.usesTLS ? "TLS" : "plain HTTP", target.usesKeepAlive ? "keep-alive" : "a connection per request",
                target.isLoopback ? "loopback" : "network",
            ].joined(separator: ", "))
        add("plan", planText(record))
        add("labels", record.labelText)
        add("note", record.note)
        add("hypotheses", record.hypotheses.joined(separator: "; "))
        if !target.generatorHost.isEmpty {
            add("generator", "\(target.generatorHost), \(target.generatorProcessors) processors")
        }
        add("tool", record.tool)
        add("evidence", record.evidenceFolder.map { "folder \($0)" })
        return facts
    }

    static func planText(_ record: RunRecord) -> String {
        let plan = record.plan
        var parts = [
            plan.model == .closed ? "closed model (users)" : "open model (arrival rate)",
            plan.scenarios.joined(separator: ", "), plan.loadText(steps: record.steps),
        ]
        if let iterations = plan.steps.first?.iterations {
            parts.append("\(Figure.count(iterations)) requests per user")
        }
        if let seconds = plan.steps.first?.seconds { parts.append("\(Figure.seconds(seconds)) each") }
        if let throttle = plan.throttlePerSecond { parts.append("throttled to \(Figure.count(throttle))/s") }
        if plan.startsLikeGoose { parts.append("users started one by one, without a start line (--goose-defaults)") }
        if plan.scenarios.contains("getkey") { parts.append("\(plan.keys) keys") }
        if let accounts = plan.accounts { parts.append("\(Figure.count(accounts)) of --accounts, taken in turn") }
        parts.append("timeout \(Figure.seconds(plan.timeoutSeconds))")
        if !plan.parsesResponses { parts.append("answers not parsed") }
        return parts.filter { !$0.isEmpty }.joined(separator: " · ")
    }
}
