private import Foundation
internal import LoadEngine
internal import LoadRecord
internal import LoadReport
private import LoadWatch
internal import Primitives

/// One run, from the first look at the server to the last file.
struct Session {
    let settings: RunSettings
    let interruption: Interruption
    /// One of many that are compared: its result is a line.
    private let isPart: Bool
    private let store: RunStore

    init(_ settings: RunSettings, interruption: Interruption, isPart: Bool = false) {
        (self.settings, self.interruption, self.isPart) = (settings, interruption, isPart)
        store = RunStore(folder: settings.output.runsDir)
    }

    private var isQuiet: Bool { settings.output.quiet > 0 }

    private func say(_ line: String) {
        if !isQuiet { StandardError.line(line) }
    }

    /// - Returns: the record as it was saved.
    /// - Throws: ``SetUpFailure`` when no load can be sent at all.
    func run() async throws -> RunRecord {
        let preflight = try await Preflight(settings)
        var record = begin(preflight)
        let announcement = Announcement(settings: settings, preflight: preflight, forecast: record.forecast)
        for line in announcement.lines { say(line) }
        var calibrated: Double?
        if settings.judging.calibrate {
            calibrated = try await Calibration.run(settings, data: preflight.data)
            say("Generator reaches \((calibrated ?? 0).figure) requests/s against its own responder")
        }
        record.startedAtMicroseconds = Self.now
        record.id = store.newID(startedAtMicroseconds: record.startedAtMicroseconds, plan: settings.plan)
        let load = try LoadRun(
            settings, preflight, evidenceFolder: store.runFolder(record.id) + "/evidence", interruption)
        try await load.execute(into: &record)
        record.certificate.calibratedPerSecond = calibrated
        judge(&record)
        try save(record)
        return record
    }

    private static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1_000_000) }

    private func begin(_ preflight: Preflight) -> RunRecord {
        var record = RunRecord()
        record.tool = BuildFacts.tool
        record.target = settings.facts
        record.target.version = preflight.version
        record.target.commit = preflight.commit
        record.target.pid = preflight.pid
        record.target.databaseBytes = preflight.pid.flatMap(ServerProcess.databaseBytes(of:))
        record.labels = settings.labels
        record.note = settings.output.note
        record.hypotheses = settings.output.hypothesis
        record.plan = settings.plan
        record.forecast = Forecast(latencies: preflight.latencies, keepAlive: settings.target.usesKeepAlive)
            .sentences(for: settings.plan)
        return record
    }

    private func judge(_ record: inout RunRecord) {
        if settings.plan.kind == .ladder { record.ladders = LadderAnalysis.all(of: record.steps) }
        let maker = VerdictMaker(
            record: record, limits: settings.limits, wasInterrupted: interruption.hasHappened,
            earlierFreezes: store.earlierFreezes(than: record))
        record.verdict = maker.make()
    }

    private func save(_ record: RunRecord) throws {
        do {
            try store.save(
                record, reportFiles: settings.output.reportFile, secrets: settings.secrets)
            if record.plan.kind == .smoke || record.plan.kind == .ladder {
                try LegacyResults(folder: settings.output.runsDir).write([record], secrets: settings.secrets)
            }
        } catch {
            throw SetUpFailure("the report cannot be written: \(error)")
        }
        let redaction = Redaction(secrets: settings.secrets)
        let report = ConsoleText(record)
        if !isPart, !isQuiet { print(redaction.text(report.text)) }
        for file in settings.output.reportFile { say("Wrote \(file)") }
        say(
            "Kept in \(store.runFolder(record.id)): report.html, note.md, run.json; all runs: \(store.folder)/index.html"
        )
        print(redaction.text(report.summary))
    }
}
