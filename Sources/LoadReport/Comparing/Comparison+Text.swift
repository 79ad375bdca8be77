extension Comparison {
    /// "B is slower than A: rate 412/s and 330/s, −19.9 % (95 % interval −22 % to −17 %)." and so on, for terminals.
    package var text: String {
        ([sentence] + metrics.map { "  " + line(of: $0) } + differences.map { "  differs in \($0)" }
            + remarks.map { "  " + $0 })
            .joined(separator: "\n") + "\n"
    }

    package var sentence: String {
        switch word {
        case .notComparable: "not comparable: \(refusals.joined(separator: ", and "))."
        case .inconclusive where runsOfA == 1 && runsOfB == 1: "inconclusive: one run each: difference not tested."
        case .inconclusive where min(runsOfA, runsOfB) < Self.pairsMin:
            "inconclusive: \(runsOfA) and \(runsOfB) runs: difference not tested; \(Self.pairsMin) of each are needed."
        case .inconclusive:
            "inconclusive: the runs differ too much: among themselves, in different directions, or only once."
        case .same: "same: no difference that matters (5 % of rate and p50, 15 % of p99) in \(runsText)."
        case .faster, .slower: "\(word.rawValue): B is \(word.rawValue) than A in \(runsText)."
        }
    }

    private var refusals: [String] {
        let failed =
            "half or more of the requests failed in \(runsThatFailed) of \(runsOfA + runsOfB) runs, and how soon they "
            + "fail is no speed"
        return (differences.isEmpty ? [] : ["the runs are unlike"]) + (runsThatFailed > 0 ? [failed] : [])
    }

    private var runsText: String {
        runsOfA == runsOfB ? "\(runsOfA) pairs of runs" : "\(runsOfA) runs of A and \(runsOfB) of B"
    }

    /// "rate  412/s → 330/s  −19.9 % (95 %: −22 % to −17 %)  slower"
    private func line(of metric: Metric) -> String {
        let values = [metric.a, metric.b].map { metric.moreIsBetter ? Figure.number($0) + "/s" : Figure.time($0) }
        var line = "\(metric.name)  A \(values[0])  B \(values[1])"
        if metric.a > 0 { line += "  \(Self.change(metric.b / metric.a))" }
        guard let ratio = metric.ratio else { return line + "  not tested" }
        return line + " (95 %: \(Self.change(ratio.low)) to \(Self.change(ratio.high)))  \(metric.word.rawValue)"
    }

    private static func change(_ ratio: Double) -> String {
        let percent = (ratio - 1) * 100
        return (percent < 0 ? "-" : "+") + Figure.decimals(abs(percent), 1) + " %"
    }
}
