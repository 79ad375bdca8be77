package import LoadRecord

/// The note for the weekly meeting: half a page of sentences with numbers, each with the metric it comes from. A
/// sentence whose figure is missing is left out.
package struct MeetingNote: Sendable {
    package struct Part: Sendable {
        package var title: String
        package var sentences: [NoteSentence]
    }

    package let title: String
    package let parts: [Part]

    /// - Parameters:
    ///   - previous: the last run of the same kind before this one.
    ///   - earlierFreezes: of all runs before this one. Below what froze them nothing is called fixed.
    package init(_ record: RunRecord, previous: RunRecord? = nil, earlierFreezes: [FreezeRecipe] = []) {
        title = record.title
        parts = [
            Part(title: "What we ran", sentences: Self.whatWeRan(record)),
            Part(title: "What changed since the previous run", sentences: NoteChanges.sentences(record, previous)),
            Part(title: "What broke", sentences: NoteFaults.sentences(record)),
            Part(title: "What `top` would have shown", sentences: Self.top(record)),
            Part(
                title: "Hypotheses",
                sentences: record.hypotheses.map {
                    HypothesisCheck($0, record, earlierFreezes: earlierFreezes).sentence
                }),
            Part(title: "What to do next", sentences: NoteAdvice.sentences(record)),
        ].filter { !$0.sentences.isEmpty }
    }

    /// As Markdown.
    package var text: String {
        var lines = ["# Load test note: \(MarkdownReport.escaped(title))", ""]
        for part in parts {
            lines.append(
                "**\(part.title).** "
                    + part.sentences.map { MarkdownReport.escaped($0.text) + sources($0) }.joined(separator: " "))
            lines.append("")
        }
        return lines.joined(separator: "\n")
    }

    private func sources(_ sentence: NoteSentence) -> String {
        " [\(sentence.sources.joined(separator: ", "))]"
    }

    private static func whatWeRan(_ record: RunRecord) -> [NoteSentence] {
        let total = record.total
        guard total.completed > 0 else { return [] }
        let scenarios = record.scenarioTotals.map(\.name).joined(separator: ", ")
        var sentences = [
            NoteSentence(
                "On \(record.moment(at: 0).day) at \(record.moment(at: 0).clock) UTC we ran "
                    + "\(record.plan.kind == .single ? "" : "a ")\(record.plan.loadText(steps: record.steps)) of "
                    + "\(scenarios) against "
                    + "\(record.target.url)\(record.target.version.map { " (TMS \($0))" } ?? ""): "
                    + "\(Figure.count(total.completed)) requests in \(Figure.seconds(record.seconds)).",
                "startedAtMicroseconds", "plan.steps", "target.version", "steps.scenarios.succeeded", "seconds")
        ]
        if let note = record.note, !note.isEmpty {
            sentences.append(
                NoteSentence(
                    "\(record.importedFrom == nil ? "Why: " : "")\(note)" + (note.hasSuffix(".") ? "" : "."), "note"))
        }
        guard let step = record.mainStep else { return sentences }
        let figures = step.total
        sentences.append(
            NoteSentence(
                "At \(step.loadText) it did "
                    + "\(record.certificate.isClean ? "" : "at least ")\(Figure.number(figures.perSecond)) requests/s, "
                    + "p50 \(Figure.time(figures.fromIntended.percentile(50))), p99 "
                    + "\(Figure.time(figures.fromIntended.percentile(99))), "
                    + "the slowest \(Figure.time(figures.fromIntended.max)), from when each was "
                    + (record.importedFrom == nil ? "due." : "sent."),
                "steps.scenarios.perSecond", "steps.scenarios.fromIntended"))
        if let users = step.planned.users {
            let really = Figure.number(step.effectiveConcurrency)
            sentences.append(
                NoteSentence(
                    step.wasReached
                        ? "Of \(Figure.count(users)) planned users \(really) requests were really under way on average."
                        : "The load was NOT REACHED: \(Figure.count(users)) users were planned, \(really) "
                            + "requests were really under way.",
                    "steps.effectiveConcurrency", "steps.wasReached"))
        }
        for ladder in record.laddersOfUsers {
            sentences.append(
                NoteSentence(
                    "\(ladder.scenario) gave at most \(Figure.number(ladder.throughputMax)) requests/s; its knee is at "
                        + "\(Figure.number(ladder.kneeUsers)) users.",
                    "ladders.throughputMax", "ladders.kneeUsers"))
        }
        if let found = record.findMax {
            let missed = found.failedPerSecond.map { "; at \(Figure.number($0))/s " } ?? ": "
            sentences.append(
                NoteSentence(
                    "The highest rate that met \(found.goal) was \(Figure.number(found.foundPerSecond)) requests/s"
                        + "\(missed)\(found.reason).",
                    "findMax.foundPerSecond", "findMax.failedPerSecond", "findMax.reason"))
        }
        return sentences
    }

    private static func top(_ record: RunRecord) -> [NoteSentence] {
        record.freezes.compactMap { freeze in
            TopLine(record, freeze).map { top in
                NoteSentence("At \(record.moment(at: freeze.offsetSeconds).clock) UTC \(top.text).", from: top.sources)
            }
        }.prefix(3).map(\.self)
    }
}
