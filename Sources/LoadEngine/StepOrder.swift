internal import LoadRecord

/// What one lane has to do in a step. Moments are nanoseconds of the monotonic clock.
struct StepOrder: Sendable {
    /// What makes requests come about.
    enum Arrivals: Sendable {
        /// The answer before.
        case answers
        /// The clock, at most as many at once as there are users.
        case clock(Schedule)
    }

    let scenarios: [Scenario]
    let checks: [AnswerCheck]
    let arrivals: Arrivals
    /// Open model: users are made when requests need them.
    let isOpen: Bool
    /// Numbers of this lane's users: every n-th from the first.
    let users: [Int]
    /// How many of them there can become in the open model.
    let placesMax: Int
    let lanes: Int
    let iterations: Int?
    /// Measured requests that are due in all; nil: as many as there is time for.
    let requestsMax: Int?
    /// When the lane's users start: the n-th of all after n times the interval.
    let startsAt: Int
    let startInterval: Double
    /// Whether users gather at a start line, from when, before they are measured.
    let lineFrom: Int?
    /// nil while it depends on the start line.
    let measuresFrom: Int?
    /// nil: when the iterations are used up.
    let measuredNanoseconds: Int?
    /// All users begin with the first scenario, since those after it need what it makes.
    let startsWithFirst: Bool
}

/// When requests are due: evenly spaced from a moment on.
struct Schedule: Sendable {
    /// The moment of the first, and nanoseconds from one to the next.
    var first: Double
    let interval: Double
    /// How many have been begun.
    private(set) var taken = 0
    /// No more than so many.
    private(set) var countMax: Int?

    init(from start: Int, offset: Double, interval: Double) {
        first = Double(start) + offset
        self.interval = interval
    }

    /// nil when all have been taken.
    var nextDue: Int? {
        if let countMax, taken >= countMax { return nil }
        return due(taken)
    }

    /// The moment of the n-th, counted from 0.
    func due(_ number: Int) -> Int { Int(first + Double(number) * interval) }

    mutating func take() {
        taken += 1
    }

    /// How many are due before a moment.
    func dueCount(before moment: Int) -> Int {
        let count = max(0, Int(((Double(moment) - first) / interval).rounded(.up)))
        return min(count, countMax ?? count)
    }

    /// Begins again at a moment, with what was due before forgotten.
    mutating func restart(at moment: Int, offset: Double, countMax: Int?) {
        first = Double(moment) + offset
        taken = 0
        self.countMax = countMax
    }
}
