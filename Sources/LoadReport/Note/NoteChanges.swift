internal import LoadRecord

/// What is different from the last run of the same kind.
enum NoteChanges {
    static func sentences(_ record: RunRecord, _ previous: RunRecord?) -> [NoteSentence] {
        guard let previous, let now = record.mainStep?.total, let then = previous.mainStep?.total, now.completed > 0,
            then.completed > 0
        else { return [] }
        var sentences: [NoteSentence] = []
        if let version = record.target.version, let earlier = previous.target.version, version != earlier {
            sentences.append(NoteSentence("The server's version went from \(earlier) to \(version).", "target.version"))
        } else if let commit = record.target.commit, let earlier = previous.target.commit, commit != earlier {
            sentences.append(NoteSentence("The server's commit went from \(earlier) to \(commit).", "target.commit"))
        }
        if record.labels != previous.labels, !(record.labels.isEmpty && previous.labels.isEmpty) {
            let names = [previous.labelText, record.labelText].map { $0.isEmpty ? "none" : $0 }
            sentences.append(NoteSentence("The labels went from \(names[0]) to \(names[1]).", "labels"))
        }
        if let sentence = circumstances(record, previous) { sentences.append(sentence) }
        sentences.append(
            NoteSentence(
                "Since \(previous.id): rate \(change(then.perSecond, now.perSecond) { Figure.number($0) + "/s" }), p99 "
                    + change(
                        Double(then.fromIntended.percentile(99)), Double(now.fromIntended.percentile(99))
                    ) { Figure.time($0) }
                    + ", failures \(Figure.count(previous.failures)) to \(Figure.count(record.failures)), freezes "
                    + "\(previous.serverFreezes.count) to \(record.serverFreezes.count); one run each: "
                    + "difference not tested.",
                "steps.scenarios.perSecond", "steps.scenarios.fromIntended", "steps.scenarios.failures", "freezes"))
        return sentences
    }

    /// "What else changed: host from tms-a:3000 to tms-b:3000, TLS from off to on."
    private static func circumstances(_ record: RunRecord, _ previous: RunRecord) -> NoteSentence? {
        let host = Unlikeness.Circumstance(name: "host", source: "target.url") { record in
            record.target.url.replacing(/^\w+:\/\/|\/$/, with: "")
        }
        // Of a run of another tool nothing else is known.
        let isKnown = record.importedFrom == nil && previous.importedFrom == nil
        let changed = ([host] + Unlikeness.circumstances).filter {
            $0.value(previous) != $0.value(record) && (isKnown || ["host", "TLS"].contains($0.name))
        }
        guard !changed.isEmpty else { return nil }
        let changes = changed.map { "\($0.name) from \($0.value(previous)) to \($0.value(record))" }
        return NoteSentence("What else changed: \(changes.joined(separator: ", ")).", from: changed.map(\.source))
    }

    /// "412/s to 330/s (-20 %)"
    private static func change(_ then: Double, _ now: Double, _ format: (Double) -> String) -> String {
        guard then > 0 else { return "\(format(then)) to \(format(now))" }
        let percent = (now / then - 1) * 100
        return "\(format(then)) to \(format(now)) (\(percent < 0 ? "-" : "+")\(Figure.number(abs(percent))) %)"
    }
}
