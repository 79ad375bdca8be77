/// How a run ended, in one word, one sentence and an exit status.
package struct Verdict: Codable, Sendable, Hashable {
    package enum Word: String, Codable, CaseIterable, Sendable {
        case pass
        case failedRequests = "failed requests"
        case threshold = "over the limit"
        case notReached = "load not reached"
        case generatorLimited = "generator was the limit"
        case freeze
        case regression
        case interrupted
    }

    package var word = Word.pass
    /// The claim: "createkey sustained 412 requests/s at 10 users for 48.5 s, p99 31 ms, no failures." Stands behind
    /// the word wherever it is shown, and does not say it again.
    package var headline = ""

    package init() {}

    package init(_ word: Word, _ headline: String) {
        (self.word, self.headline) = (word, headline)
    }

    package var exitStatus: Int32 {
        switch word {
        case .pass: 0
        case .failedRequests: 2
        case .threshold: 3
        case .notReached, .generatorLimited: 4
        case .freeze: 5
        case .regression: 6
        case .interrupted: 130
        }
    }
}

/// A line of `--fail-on` and what became of it.
package struct ThresholdOutcome: Codable, Sendable, Hashable {
    /// As it was written: "p99>250ms for 10s".
    package var text = ""
    package var wasPassed = false
    /// "p99 was 310 ms from 14 s to 26 s"
    package var detail = ""

    package init() {}

    /// Whether it limits failed requests. Then it says how many are too many; else a single one is.
    package var isAboutFailures: Bool {
        let metric = text.prefix { $0 != "<" && $0 != ">" }.filter { $0 != " " }.lowercased()
        return ["errors", "error-rate", "failures", "fails"].contains(metric)
    }
}

/// What `--find-max` found.
package struct FindMaxOutcome: Codable, Sendable {
    /// As it was written: "p99<250ms,errors<0.1%".
    package var goal = ""
    /// Requests per second: the highest that met the goal and the lowest that did not.
    package var foundPerSecond = 0.0
    package var failedPerSecond: Double?
    /// Why it stopped, or what was missed at the rate that failed, to stand behind a colon: "p99 was 61.0 ms".
    package var reason = ""
    package var attempts: [Attempt] = []

    package struct Attempt: Codable, Sendable {
        package var perSecond = 0.0
        package var metGoal = false
        package var p99: Int?
        /// A part of all requests.
        package var errors = 0.0
        package init() {}
    }

    package init() {}
}

/// What the levels of a ladder say together.
package struct LadderAnalysis: Codable, Sendable {
    package var scenario = ""
    /// Requests per second at the best level, and the least mean latency in seconds.
    package var throughputMax = 0.0
    package var latencyMinSeconds = 0.0
    /// N* = Xmax × Rmin: where more users stop bringing more throughput.
    package var kneeUsers = 0.0
    /// The universal scalability law, with six levels or more.
    package var scalability: ScalabilityFit?

    package init() {}
}

/// X(N) = λN / (1 + σ(N−1) + κN(N−1))
package struct ScalabilityFit: Codable, Sendable, Hashable {
    package var lambda = 0.0
    package var sigma = 0.0
    package var kappa = 0.0
    /// 95 % intervals by resampling the levels' residuals.
    package var sigmaInterval: [Double] = []
    package var kappaInterval: [Double] = []
    package var rSquared = 0.0
    /// Users beyond which nothing is said: twice the largest level.
    package var usersMax = 0.0

    package init() {}
}
