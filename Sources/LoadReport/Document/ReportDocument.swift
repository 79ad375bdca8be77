internal import LoadRecord

/// What a report says, whatever it is written in: text, Markdown and HTML are made from this.
struct ReportDocument: Sendable {
    struct Section: Sendable {
        /// Also its anchor.
        var id: String
        var title: String
        var paragraphs: [String] = []
        var items: [String] = []
        var tables: [ReportTable] = []

        var isEmpty: Bool { paragraphs.isEmpty && items.isEmpty && tables.allSatisfy(\.rows.isEmpty) }
    }

    let record: RunRecord
    let title: String
    let verdict: String
    let tone: Tone
    /// The claim in one sentence.
    let headline: String
    /// Both: "FREEZE 4.0 s at 5.0 s: hang, 20 in flight."
    var summary: String { "\(verdict) \(headline)".withoutControls }
    /// The few figures that are looked for first.
    let tiles: [Tile]
    /// What was tested, with what and how.
    let facts: [(name: String, value: String)]
    let sections: [Section]

    enum Tone: String, Sendable { case good, bad, warning }

    struct Tile: Sendable {
        var name: String
        var value: String
        var detail: String
        var tone: Tone?
    }

    init(_ record: RunRecord) {
        self.record = record
        title = record.title
        verdict = record.verdict.word.rawValue.uppercased()
        tone = Tone(record.verdict.word)
        headline = record.verdict.headline.isEmpty ? Claim(record).sentence : record.verdict.headline
        tiles = Self.tiles(record)
        facts = Self.facts(record)
        sections = [
            Self.freezes(record), Self.thresholds(record), Self.findMax(record), Self.ladder(record),
            Self.steps(record), Self.requests(record), Self.latency(record), Self.phases(record),
            Self.answers(record), Self.timers(record), Self.certificate(record), Self.forecast(record),
        ].filter { !$0.isEmpty }
    }
}

extension ReportDocument.Tone {
    init(_ word: Verdict.Word) {
        switch word {
        case .pass: self = .good
        case .notReached, .generatorLimited, .interrupted: self = .warning
        case .failedRequests, .threshold, .freeze, .regression: self = .bad
        }
    }
}
