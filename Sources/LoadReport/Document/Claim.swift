package import LoadRecord

/// The claim of a run in one sentence, for records that came without one.
package struct Claim: Sendable {
    package let sentence: String

    package init(_ record: RunRecord) {
        guard let step = record.mainStep, step.completed > 0 else {
            sentence = "Nothing was measured."
            return
        }
        let total = step.total
        let what = step.scenarios.map(\.name).joined(separator: " + ")
        let atLeast = record.certificate.isClean ? "" : "at least "
        let failures =
            total.failed == 0
            ? "no failures"
            : "\(Figure.count(total.failed)) failures (\(Figure.share(total.failed, of: total.completed)))"
        var text = "\(what): \(atLeast)\(Figure.number(total.perSecond)) requests/s at \(step.loadText)"
        if !step.wasReached {
            text += " planned, \(Figure.number(step.effectiveConcurrency)) really under way (NOT REACHED)"
        }
        text +=
            " for \(Figure.seconds(step.seconds)), p99 \(Figure.time(total.fromIntended.percentile(99))), \(failures)"
        if let freeze = record.serverFreezes.first {
            let count = record.serverFreezes.count
            text +=
                count == 1
                ? "; it froze at \(record.moment(at: freeze.offsetSeconds).clock) UTC for \(freeze.lengthText)"
                : "; it froze \(count) times, first at \(record.moment(at: freeze.offsetSeconds).clock) UTC"
        }
        sentence = text + "."
    }
}

extension FreezeRecord {
    /// "4.00 s", "at least 30.0 s" when nobody saw its end.
    var lengthText: String { (hasEnded ? "" : "at least ") + Figure.seconds(seconds) }
}
