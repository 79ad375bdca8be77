internal import LoadRecord

/// What broke.
enum NoteFaults {
    /// Of many freezes, so many are told one by one.
    private static let freezesTold = 3

    static func sentences(_ record: RunRecord) -> [NoteSentence] {
        guard record.requests > 0 || !record.freezes.isEmpty else { return [] }
        var sentences = record.serverFreezes.prefix(freezesTold).map { freeze(record, $0) }
        if record.serverFreezes.count > freezesTold {
            sentences.append(
                NoteSentence("It froze \(record.serverFreezes.count) times in all.", "freezes"))
        }
        let failures = record.total.failures.filter { $0.value > 0 }.sorted { $0.value > $1.value }
        if !failures.isEmpty {
            let classes = failures.map { "\(Figure.count($0.value)) \($0.key.rawValue)" }.joined(separator: ", ")
            sentences.append(
                NoteSentence(
                    "\(Figure.count(record.failures)) of \(Figure.count(record.requests)) requests failed "
                        + "(\(Figure.share(record.failures, of: record.requests))): \(classes).",
                    "steps.scenarios.failures"))
        }
        for threshold in record.thresholds where threshold.wasPassed {
            sentences.append(NoteSentence("\(threshold.text): \(threshold.detail).", "thresholds"))
        }
        for finding in KnownTimers.found(in: record) {
            sentences.append(NoteSentence(finding.sentence, "steps.scenarios.service"))
        }
        for line in record.certificate.lines where !line.holds {
            sentences.append(
                NoteSentence(
                    "The generator itself: \(line.what) was \(line.value), allowed is \(line.limit); rates are "
                        + "\"at least\".",
                    "certificate.lines"))
        }
        let isQuiet =
            record.serverFreezes.isEmpty && failures.isEmpty && !record.thresholds.contains(where: \.wasPassed)
        if isQuiet, record.importedFrom == nil {
            sentences.insert(
                NoteSentence(
                    "Nothing broke: none of \(Figure.count(record.requests)) requests failed and the server did "
                        + "not freeze.",
                    "steps.scenarios.failures", "freezes"), at: 0)
        }
        return sentences
    }

    private static func freeze(_ record: RunRecord, _ freeze: FreezeRecord) -> NoteSentence {
        let done = record.timeline.filter { $0.offsetSeconds + $0.seconds <= freeze.offsetSeconds }
            .reduce(0) { $0 + $1.succeeded + $1.failed }
        var text =
            "It froze at \(record.moment(at: freeze.offsetSeconds).clock) UTC for \(freeze.lengthText) "
            + "(\(freeze.kind.rawValue))"
        var sources = ["freezes.offsetSeconds", "freezes.seconds", "freezes.kind"]
        if done > 0 {
            text += ", after about \(Figure.count(done)) requests"
            sources.append("timeline.succeeded")
        }
        text +=
            ", with \(Figure.count(freeze.inFlight)) in flight and \(Figure.count(freeze.lateRequests)) that came late"
        sources += ["freezes.inFlight", "freezes.lateRequests"]
        if let diagnosis = freeze.diagnosis, diagnosis.cause != .unknown {
            text += "; most likely: \(diagnosis.cause.rawValue)"
            let reasons = diagnosis.reasons.map { $0.hasSuffix(".") ? String($0.dropLast()) : $0 }
            if !reasons.isEmpty { text += " (\(reasons.joined(separator: "; ")))" }
            sources.append("freezes.diagnosis")
        }
        return NoteSentence(text + ".", from: sources)
    }
}
