internal import Histogram
internal import LoadRecord

/// Times in microseconds, as a high dynamic range histogram of three digits keeps them: errors below 0.1 %, and the
/// same memory for ten as for ten million.
struct LatencyRecorder {
    /// An hour; what takes longer counts as this.
    static let microsecondsMax = 3_600_000_000

    private var histogram = Histogram<UInt64>(
        highestTrackableValue: UInt64(microsecondsMax), numberOfSignificantValueDigits: .three)
    private var sum = 0.0
    private var sumOfSquares = 0.0
    private var min = Int.max
    private var max = 0

    mutating func record(_ microseconds: Int, count: Int = 1) {
        let time = Swift.max(0, Swift.min(microseconds, Self.microsecondsMax))
        histogram.record(UInt64(time), count: UInt64(count))
        sum += Double(time) * Double(count)
        sumOfSquares += Double(time) * Double(time) * Double(count)
        min = Swift.min(min, time)
        max = Swift.max(max, time)
    }

    mutating func add(_ other: borrowing LatencyRecorder) {
        histogram.add(other.histogram)
        sum += other.sum
        sumOfSquares += other.sumOfSquares
        min = Swift.min(min, other.min)
        max = Swift.max(max, other.max)
    }

    mutating func reset() {
        histogram.reset()
        (sum, sumOfSquares, min, max) = (0, 0, Int.max, 0)
    }

    var count: Int { Int(histogram.totalCount) }

    /// nil when there are none.
    func percentile(_ percent: Double) -> Int? {
        count > 0 ? Swift.min(Int(histogram.valueAtPercentile(percent)), max) : nil
    }

    var summary: LatencySummary {
        guard count > 0 else { return LatencySummary() }
        let recorded = histogram.recordedValues().map { entry in
            // The middle of those that the histogram cannot tell apart.
            (value: Int(histogram.medianEquivalentForValue(entry.value)), count: Int(entry.count))
        }
        return LatencySummary(recorded: recorded, sum: sum, sumOfSquares: sumOfSquares, min: min, max: max)
    }
}

/// Times of one second, cleared and filled again for as long as the load lasts.
struct SecondRecorder {
    private var histogram: Histogram<UInt32>

    /// - Parameter isCoarse: two digits instead of three, in an eighth of the memory.
    init(isCoarse: Bool = false) {
        histogram = Histogram(
            highestTrackableValue: UInt64(LatencyRecorder.microsecondsMax),
            numberOfSignificantValueDigits: isCoarse ? .two : .three)
    }

    mutating func record(_ microseconds: Int) {
        histogram.record(UInt64(max(0, min(microseconds, LatencyRecorder.microsecondsMax))))
    }

    mutating func add(_ other: borrowing SecondRecorder) {
        histogram.add(other.histogram)
    }

    mutating func reset() {
        // Most seconds of a quiet run have nothing to clear.
        if histogram.totalCount > 0 { histogram.reset() }
    }

    var count: Int { Int(histogram.totalCount) }

    /// nil when there are none.
    func percentile(_ percent: Double) -> Int? {
        count > 0 ? Int(histogram.valueAtPercentile(percent)) : nil
    }
}

/// The service times of the last half minute, for the limit of what counts as a freeze.
struct RollingLatencies {
    static let secondsMax = 30
    /// Fewer answers say nothing of the slowest thousandth.
    static let countMin = 100

    /// One histogram of two digits per second, the oldest overwritten.
    private var seconds = [SecondRecorder](repeating: SecondRecorder(isCoarse: true), count: secondsMax)
    private var total = SecondRecorder(isCoarse: true)
    private var next = 0

    /// - Parameter times: of a second, to two digits.
    mutating func record(second times: borrowing SecondRecorder) {
        seconds[next].reset()
        seconds[next].add(times)
        next = (next + 1) % Self.secondsMax
        total.reset()
        for second in seconds { total.add(second) }
    }

    var p999: Int? { total.count >= Self.countMin ? total.percentile(99.9) : nil }
}
