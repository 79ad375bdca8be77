/// The search for the highest rate that meets a goal: doubling, then bisection to a narrow bracket, then a long look
/// at the rate found and at one above it. Pure: it says what to try next and is told what came of it.
struct FindMaxSearch: Sendable {
    enum Step: Hashable, Sendable {
        /// A short try.
        case attempt(Double)
        /// The long look at what was found.
        case confirmation(Double)
        /// As long a look at a rate above it: that the goal is missed there shows that the limit is one.
        case above(Double)
        case finished
    }

    /// What came of a try.
    struct Outcome: Hashable, Sendable {
        var metGoal = false
        /// "p99 was 310 ms": said when it was the last word.
        var reason = ""
        /// The generator could not send that much: beyond is no man's land.
        var generatorWasLimit = false
        /// What its certificate says against it in this try, in a few words; nil when it is clean.
        var generatorsFault: String?
        /// The server stood still: it is not asked to do more.
        var froze = false
    }

    /// Width of the bracket as a part of the rate, at which the bisection ends.
    static let bracket = 0.05
    /// Rates per second between which it searches.
    static let rateMin = 1.0
    static let rateMax = Double(PlanMaker.rateMax)
    /// A server that answers differently each time must not keep it going.
    static let attemptsMax = 40
    /// Long looks at one rate until the generator's certificate is clean: what disturbed it once passes, a limit stays.
    static let looksMax = 3

    /// The highest rate that met the goal, the lowest that did not.
    private(set) var low: Double?
    private(set) var high: Double?
    private(set) var attempts = 0
    /// Why it ended, in a sentence.
    private(set) var reason = ""
    private(set) var next: Step

    private var lastFailure = ""
    /// Long looks at the rate that is being confirmed.
    private var looks = 0

    /// - Parameter start: the first rate that is tried, per second.
    init(start: Double) {
        next = .attempt(min(max(start, Self.rateMin), Self.rateMax))
    }

    /// Whether the long look agreed with the short ones.
    private(set) var isConfirmed = false

    mutating func record(_ outcome: Outcome) {
        attempts += 1
        switch next {
        case .attempt(let rate): note(outcome, at: rate)
        case .confirmation(let rate): confirm(outcome, at: rate)
        case .above(let rate):
            if outcome.metGoal {
                // The failure there was an accident: the limit is further up.
                (low, high, isConfirmed, looks) = (rate, nil, false, 0)
                next = .attempt(min(rate * (1 + 2 * Self.bracket), Self.rateMax))
            } else if outcome.generatorWasLimit {
                high = nil
                finish(Self.blame(outcome, at: rate))
            } else {
                finish(outcome.reason)
            }
        case .finished: return
        }
        if outcome.froze { return finish("the server froze: \(outcome.reason)") }
        if attempts >= Self.attemptsMax, next != .finished {
            finish("\(Self.attemptsMax) tries did not agree on a limit")
        }
    }

    private static func blame(_ outcome: Outcome, at rate: Double) -> String {
        "the generator was the limit at \(rate.figure)/s (\(outcome.reason))"
    }

    /// The long look at a rate. From here on down only long looks count: short ones were too kind to it.
    private mutating func confirm(_ outcome: Outcome, at rate: Double) {
        if outcome.metGoal {
            (low, isConfirmed) = (rate, true)
            if let fault = outcome.generatorsFault {
                looks += 1
                guard looks >= Self.looksMax else { return }
                // What is missed above it may be the generator's doing, too.
                high = nil
                finish("the generator's certificate is not clean there (\(fault))")
            } else if let high {
                next = .above(high)
            } else {
                // Not the goal ended the search, so there is nothing above to be shown.
                finish("\(rate.figure)/s met the goal, and more was not tried: \(lastFailure)")
            }
            return
        }
        (low, looks) = (nil, 0)
        if outcome.generatorWasLimit {
            (high, lastFailure) = (nil, Self.blame(outcome, at: rate))
        } else {
            (high, lastFailure) = (min(high ?? .infinity, rate), outcome.reason)
        }
        if rate > Self.rateMin {
            next = .confirmation(max(rate / (1 + Self.bracket), Self.rateMin))
        } else {
            finish("the goal was not met even at \(rate.figure)/s: \(lastFailure)")
        }
    }

    private mutating func note(_ outcome: Outcome, at rate: Double) {
        if outcome.metGoal {
            low = Swift.max(low ?? 0, rate)
            if let failed = high, failed <= rate { high = nil }
        } else {
            high = Swift.min(high ?? .infinity, rate)
            if let met = low, met >= rate { low = nil }
            lastFailure = outcome.reason
        }
        if outcome.generatorWasLimit {
            // Nothing is known of the server there, so there is no failing rate.
            high = nil
            lastFailure = Self.blame(outcome, at: rate)
            if let low {
                next = .confirmation(low)
            } else {
                finish(lastFailure)
            }
            return
        }
        chooseNext()
    }

    private mutating func chooseNext() {
        switch (low, high) {
        case (let low?, let high?) where high - low <= Self.bracket * low: next = .confirmation(low)
        case (let low?, let high?):
            // Far apart, the geometric mean halves the factor between them.
            next = .attempt(high > 2.5 * low ? (low * high).squareRoot() : (low + high) / 2)
        case (let low?, nil):
            if low >= Self.rateMax {
                lastFailure = "it is the highest rate the search goes to"
                next = .confirmation(low)
            } else {
                next = .attempt(Swift.min(low * 2, Self.rateMax))
            }
        case (nil, let high?):
            if high <= Self.rateMin {
                finish("the goal was not met even at \(high.figure)/s: \(lastFailure)")
            } else {
                next = .attempt(Swift.max(high / 2, Self.rateMin))
            }
        case (nil, nil): finish("nothing could be measured")
        }
    }

    private mutating func finish(_ reason: String) {
        self.reason = reason
        next = .finished
    }
}
