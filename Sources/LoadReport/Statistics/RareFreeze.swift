private import Foundation

/// What a run without a freeze says about rare freezes.
package struct RareFreeze: Sendable {
    /// The note that started this: "fails at 10 users after about 60,000 requests".
    package static let noteUsers = 10
    package static let noteRequestsPerFreeze = 60_000

    package var requests: Int

    package init(requests: Int) {
        self.requests = requests
    }

    /// With 95 % confidence a request starts a freeze less often than this: the rule of three.
    package var ratePerRequestMax: Double { requests > 0 ? min(1, 3 / Double(requests)) : 1 }

    /// The chance that a server that freezes once in so many requests would have passed this run too.
    package func chanceOfPassing(requestsPerFreeze: Int = noteRequestsPerFreeze) -> Double {
        guard requestsPerFreeze > 1 else { return requests > 0 ? 0 : 1 }
        return exp(Double(requests) * log1p(-1 / Double(requestsPerFreeze)))
    }

    package var sentence: String {
        "No freeze in \(Figure.count(requests)) requests: with 95 % confidence there is less than one in "
            + "\(Figure.count(Int(1 / ratePerRequestMax))) requests (3/N); a server that freezes once in "
            + "\(Figure.count(Self.noteRequestsPerFreeze)) would have passed this run too with a chance of "
            + "\(Figure.percent(chanceOfPassing()))."
    }
}
