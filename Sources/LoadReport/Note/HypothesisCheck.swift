internal import LoadRecord

/// What a run says of a hypothesis that was written in plain words. Only a few kinds are recognised, by their words,
/// and only those that plainly say which way.
struct HypothesisCheck {
    enum Judgement: String {
        case supports, contradicts
        case notTested = "did not test"
    }

    /// What was found, and by which metrics.
    struct Finding {
        var judgement: Judgement
        var reason: String
        var sources: [String]

        /// - Parameter what: "the CPU"
        static func notUnderstood(_ what: String) -> Finding {
            Finding(
                judgement: .notTested, reason: "what it says of \(what) was not understood", sources: ["hypotheses"])
        }

        /// The same for a hypothesis that says the opposite.
        func turned(if isOpposite: Bool) -> Finding {
            var finding = self
            switch judgement {
            case .supports where isOpposite: finding.judgement = .contradicts
            case .contradicts where isOpposite: finding.judgement = .supports
            default: break
            }
            return finding
        }
    }

    let sentence: NoteSentence

    /// - Parameter earlierFreezes: of the runs before this one.
    init(_ hypothesis: String, _ record: RunRecord, earlierFreezes: [FreezeRecipe]) {
        let wording = Wording(hypothesis)
        let others = [
            ServerHypotheses.queue(record, wording), ServerHypotheses.memory(record, wording),
            ServerHypotheses.cpu(record, wording), DatabaseHypothesis.finding(record, wording),
        ].compactMap(\.self)
        let freeze = FreezeHypothesis.finding(
            record, wording, earlierFreezes: earlierFreezes, isAlone: others.isEmpty)
        let findings = [freeze].compactMap(\.self) + others
        // One part that is wrong makes it wrong, and one that is not known leaves it open.
        let judgement = [Judgement.contradicts, .notTested, .supports].first { judgement in
            findings.contains { $0.judgement == judgement }
        }
        guard let judgement else {
            sentence = NoteSentence("\"\(hypothesis)\": not tested by this run.", "hypotheses")
            return
        }
        let told = findings.filter { $0.judgement == judgement }
        let reasons = told.map(\.reason).joined(separator: "; ")
        var sources: [String] = []
        for source in told.flatMap(\.sources) where !sources.contains(source) { sources.append(source) }
        sentence = NoteSentence(
            judgement == .notTested
                ? "\"\(hypothesis)\": not tested by this run: \(reasons)."
                : "\"\(hypothesis)\": the run \(judgement.rawValue) it: \(reasons).", from: sources)
    }
}
