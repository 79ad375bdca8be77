/// Everything that is known of one run: what was meant, what happened, and what it is worth. Saved as JSON; all reports
/// are made from it and from nothing else.
///
/// Times are microseconds unless a name says otherwise; offsets count from ``startedAtMicroseconds``. Never holds a
/// secret.
package struct RunRecord: Codable, Sendable {
    /// Of the file. Readers refuse a newer one.
    package static let formatCurrent = 1
    package var format = RunRecord.formatCurrent
    /// Also the name of its folder in the runs folder: "20261125-171530-createkey-u10", in UTC.
    package var id = ""
    /// Since 1970.
    package var startedAtMicroseconds: Int64 = 0
    package var seconds = 0.0
    /// "tms-loadtest 0.1.0 (a1b2c3d)"
    package var tool = ""
    package var target = TargetFacts()
    /// `--label`, `--note` and `--hypothesis`.
    package var labels: [String: String] = [:]
    package var note: String?
    package var hypotheses: [String] = []
    package var plan = LoadPlan()
    /// What was said before the run of what the plan cannot reach.
    package var forecast: [String] = []
    package var steps: [StepRecord] = []
    /// One entry per second of the run, in order; thinned out to ``secondsMax``.
    package var timeline: [SecondFigures] = []
    package var freezes: [FreezeRecord] = []
    package var certificate = GeneratorCertificate()
    package var thresholds: [ThresholdOutcome] = []
    package var findMax: FindMaxOutcome?
    /// One per scenario of a ladder; nil for other runs, and of programs that kept but the first.
    package var ladders: [LadderAnalysis]?
    package var verdict = Verdict()
    /// Set when the run is somebody else's, imported: which tool's, from where.
    package var importedFrom: String?
    /// Name of the evidence folder beside the record, when there is one.
    package var evidenceFolder: String?

    /// A day's worth of seconds is too much for a report: longer timelines have every n-th second's sums.
    package static let secondsMax = 7200

    package init() {}
}

/// What was tested.
package struct TargetFacts: Codable, Sendable, Hashable {
    /// "http://127.0.0.1:3000"
    package var url = ""
    package var usesTLS = false
    package var usesKeepAlive = true
    /// As `GET /v1/tms/version` told before the run; nil when it did not.
    package var version: String?
    package var commit: String?
    /// `--server-pid`.
    package var pid: Int32?
    /// Of the SQLite files that the server had open when the run began, without their logs; nil: none could be seen.
    package var databaseBytes: Int?
    /// Of the machine the generator ran on.
    package var generatorHost = ""
    package var generatorProcessors = 0
    package var isLoopback = false

    package init() {}
}
