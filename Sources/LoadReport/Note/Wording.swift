/// The words of a hypothesis, clause by clause. Little of a language is understood, and what is not is left alone: a
/// guess at what somebody meant would turn a judgement round.
struct Wording {
    let text: String
    /// Each begins with the word that ties it to the one before: "when it freezes", "because of the disk".
    private let clauses: [Substring]

    init(_ hypothesis: String) {
        let text = hypothesis.lowercased().replacing("’", with: "'")
        let ties =
            #/
            [,;] | \.\s | \b(?:
            (?:not\s)?because | due\sto | since | until | unless | but | (?:al)?though | and | so\s(?:that|it|the)
            | when(?:ever)? | while | if | once | during | after | before
            )\b
            /#
        let starts = [text.startIndex] + text.matches(of: ties).map(\.range.lowerBound)
        let ends = starts.dropFirst() + [text.endIndex]
        self.text = text
        clauses = zip(starts, ends).map { text[$0..<$1] }
    }

    func clauses(with noun: Regex<Substring>) -> [Substring] {
        clauses.filter { $0.contains(noun) }
    }

    /// Whether the noun is only there to say when something else happens.
    func isCircumstance(_ noun: Regex<Substring>) -> Bool {
        clauses(with: noun).allSatisfy { $0.contains(/^(?:when(?:ever)?|while|if|once|during|after|before)\b/) }
    }

    /// - Parameters:
    ///   - noun: only clauses that have it are read.
    ///   - yes, no: words for what is asked, and for its opposite.
    /// - Returns: nil when they say neither, or both, or deny it in a way that is not understood.
    func says(of noun: Regex<Substring>, _ yes: Regex<Substring>, not no: Regex<Substring>? = nil) -> Bool? {
        var meanings: Set<Bool?> = []
        for clause in clauses(with: noun) {
            for match in clause.matches(of: yes) { meanings.insert(Self.meaning(match.range, in: clause)) }
            for match in no.map({ clause.matches(of: $0) }) ?? [] {
                meanings.insert(Self.meaning(match.range, in: clause).map(!))
            }
        }
        return meanings.count == 1 ? meanings.first ?? nil : nil
    }

    /// False for "does not grow" and "no longer grows"; nil when a denial stands further off: "does not seem to grow".
    private static func meaning(_ range: Range<String.Index>, in clause: Substring) -> Bool? {
        let (before, after) = (clause[..<range.lowerBound], clause[range.upperBound...].drop(while: \.isLetter))
        if after.contains(/^\W*(?:not|never|no)\b/) { return nil }
        if before.contains(/\b(?:not?|never|without|nothing|cannot|\w+n't)(?:\W+\w+)?\W*$/) { return false }
        return before.contains(/\b(?:not?|never|without|nothing|nor|neither|cannot|\w+n't)\b/) ? nil : true
    }
}
