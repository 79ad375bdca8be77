package import LoadRecord

/// Runs of two servers that took turns: the n-th of each belong together.
package struct PairsOfRuns: Sendable {
    package var a: [RunRecord]
    package var b: [RunRecord]

    package init(a: [RunRecord] = [], b: [RunRecord] = []) {
        (self.a, self.b) = (a, b)
    }
}

/// Whether B is faster than A. The unit is the run: what thousands of requests of one run have in common, noise of a
/// machine for instance, more requests do not average out.
package struct Comparison: Sendable {
    package enum Word: String, Codable, Sendable {
        case faster, slower, same, inconclusive
        case notComparable = "not comparable"

        package var isDifference: Bool { self == .faster || self == .slower }
    }

    package struct Metric: Sendable {
        package var name: String
        /// Medians over the runs: requests per second, or microseconds.
        package var a: Double
        package var b: Double
        /// b / a with its 95 % interval; nil below five pairs.
        package var ratio: Bootstrap.Interval?
        /// Differences within this part of A do not matter.
        package var margin: Double
        package var moreIsBetter: Bool
        package var word: Word
    }

    /// Fewer runs of each have no interval worth its name.
    package static let pairsMin = 5
    package static let marginOfRate = 0.05
    package static let marginOfP50 = 0.05
    package static let marginOfP99 = 0.15
    /// Of a run's requests.
    static let failedMax = 0.5

    package private(set) var word: Word
    package let metrics: [Metric]
    /// What is unlike. When there is anything, the word is ``Word/notComparable``.
    package let differences: [String]
    /// Runs in which so many requests failed that its times are those of failing, which is no speed: a server that
    /// answers 404 to everything would be the fastest. When there is one, the word is ``Word/notComparable``.
    package let runsThatFailed: Int
    /// What a reader should know all the same: failures, red lines in a generator's certificate, freezes.
    package private(set) var remarks: [String]
    package let runsOfA: Int
    package let runsOfB: Int

    /// - Parameters:
    ///   - interleaved: the runs took turns, a b a b …, so that the n-th of each belong together.
    ///   - acrossHosts: that the servers are on different machines is what is asked about.
    package init(a: [RunRecord], b: [RunRecord], interleaved: Bool = false, acrossHosts: Bool = false) {
        (runsOfA, runsOfB) = (a.count, b.count)
        remarks = Self.remarks("A", a) + Self.remarks("B", b)
        var differences = Unlikeness.of(a, b, acrossHosts: acrossHosts)
        if a.isEmpty || b.isEmpty { differences = ["runs: there are none of \(a.isEmpty ? "A" : "B")"] }
        self.differences = differences
        runsThatFailed = (a + b).count {
            $0.failures > 0 && Double($0.failures) >= Self.failedMax * Double($0.requests)
        }
        guard differences.isEmpty, runsThatFailed == 0 else {
            (word, metrics) = (.notComparable, [])
            return
        }
        let paired = interleaved && a.count == b.count
        let (totalsOfA, totalsOfB) = (a.map(\.total), b.map(\.total))
        func metric(_ name: String, _ margin: Double, moreIsBetter: Bool, _ value: (ScenarioFigures) -> Double)
            -> Metric
        {
            Self.metric(
                name, totalsOfA.map(value), totalsOfB.map(value), margin: margin, moreIsBetter: moreIsBetter,
                paired: paired)
        }
        metrics = [
            metric("rate", Self.marginOfRate, moreIsBetter: true) { $0.perSecond },
            metric("p50", Self.marginOfP50, moreIsBetter: false) { Double($0.fromIntended.percentile(50)) },
            metric("p99", Self.marginOfP99, moreIsBetter: false) { Double($0.fromIntended.percentile(99)) },
        ]
        word = Self.summary(metrics.map(\.word))
    }

    /// A difference is believed when it is found twice. The interval of a few pairs is too narrow where a machine drifts by
    /// tens of per cent, and three figures are looked at: of twenty comparisons of a server with itself, beside
    /// compilers, four found a difference.
    /// - Parameters:
    ///   - first: runs that took turns, in which there is a difference.
    ///   - again: as many, made because of that.
    package init(_ first: PairsOfRuns, confirmedBy again: PairsOfRuns, acrossHosts: Bool) {
        let words = [first, again].map { Comparison($0, acrossHosts: acrossHosts).word }
        self.init(PairsOfRuns(a: first.a + again.a, b: first.b + again.b), acrossHosts: acrossHosts)
        guard word.isDifference, words != [word, word] else { return }
        word = .inconclusive
        let said = words.map(\.rawValue)
        remarks.append("not confirmed: \(said[0]) in \(first.a.count) pairs, \(said[1]) in as many run again.")
    }

    package init(_ pairs: PairsOfRuns, acrossHosts: Bool) {
        self.init(a: pairs.a, b: pairs.b, interleaved: true, acrossHosts: acrossHosts)
    }

    private static func metric(
        _ name: String, _ a: [Double], _ b: [Double], margin: Double, moreIsBetter: Bool, paired: Bool
    ) -> Metric {
        var metric = Metric(
            name: name, a: Bootstrap.median(a) ?? 0, b: Bootstrap.median(b) ?? 0, ratio: nil, margin: margin,
            moreIsBetter: moreIsBetter, word: .inconclusive)
        guard min(a.count, b.count) >= pairsMin, let ratio = Bootstrap.ratioOfMedians(b, to: a, paired: paired) else {
            return metric
        }
        metric.ratio = ratio
        if ratio.low > 1 - margin, ratio.high < 1 + margin {
            metric.word = .same
        } else if ratio.high < 1, ratio.estimate < 1 - margin {
            metric.word = moreIsBetter ? .slower : .faster
        } else if ratio.low > 1, ratio.estimate > 1 + margin {
            metric.word = moreIsBetter ? .faster : .slower
        }
        return metric
    }

    /// Of two that contradict each other neither is believed.
    private static func summary(_ words: [Word]) -> Word {
        switch (words.contains(.faster), words.contains(.slower)) {
        case (true, false): .faster
        case (false, true): .slower
        case (false, false) where words.allSatisfy { $0 == .same }: .same
        default: .inconclusive
        }
    }

    private static func remarks(_ side: String, _ runs: [RunRecord]) -> [String] {
        let limited = runs.count { !$0.certificate.isClean }
        let frozen = runs.count { !$0.serverFreezes.isEmpty }
        let (failures, requests) = (runs.reduce(0) { $0 + $1.failures }, runs.reduce(0) { $0 + $1.requests })
        var remarks: [String] = []
        if failures > 0 {
            remarks.append(
                "\(side): \(Figure.count(failures)) of \(Figure.count(requests)) requests failed "
                    + "(\(Figure.share(failures, of: requests))).")
        }
        if limited > 0 {
            remarks.append("\(side): the generator's certificate has red lines in \(limited) of \(runs.count) runs.")
        }
        if frozen > 0 { remarks.append("\(side): the server froze in \(frozen) of \(runs.count) runs.") }
        return remarks
    }
}
