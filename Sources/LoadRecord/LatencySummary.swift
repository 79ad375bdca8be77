/// How long things took: times in microseconds and how often each was seen, as a high dynamic range histogram with
/// three significant digits recorded them (errors below 0.1 %).
package struct LatencySummary: Codable, Sendable, Hashable {
    /// In ascending order, and the count of each.
    package private(set) var values: [Int] = []
    package private(set) var counts: [Int] = []
    /// Exact, unlike what is made from the histogram.
    package private(set) var sum = 0.0
    package private(set) var sumOfSquares = 0.0
    package private(set) var min = 0
    package private(set) var max = 0

    package init() {}

    /// - Parameters:
    ///   - recorded: values in ascending order with their counts.
    ///   - sum, sumOfSquares, min, max: of the times themselves, before they were rounded.
    package init(recorded: [(value: Int, count: Int)], sum: Double, sumOfSquares: Double, min: Int, max: Int) {
        values = recorded.map(\.value)
        counts = recorded.map(\.count)
        (self.sum, self.sumOfSquares, self.min, self.max) = (sum, sumOfSquares, min, max)
    }

    /// Times as they are, for tests and imports.
    package init(times: [Int]) {
        var seen: [Int: Int] = [:]
        for time in times { seen[time, default: 0] += 1 }
        self.init(
            recorded: seen.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, sum: Double(times.reduce(0, +)),
            sumOfSquares: times.reduce(0) { $0 + Double($1) * Double($1) }, min: times.min() ?? 0,
            max: times.max() ?? 0)
    }

    package var count: Int { counts.reduce(0, +) }
    package var mean: Double { count > 0 ? sum / Double(count) : 0 }

    package var standardDeviation: Double {
        guard count > 1 else { return 0 }
        return Swift.max(0, sumOfSquares / Double(count) - mean * mean).squareRoot()
    }

    /// The least time that so many percent of all did not exceed; 0 when there are none.
    package func percentile(_ percent: Double) -> Int {
        let rank = Int((Double(count) * percent / 100).rounded(.up))
        guard rank < count else { return max }
        var seen = 0
        for (value, count) in zip(values, counts) {
            seen += count
            if seen >= Swift.max(rank, 1) { return Swift.min(value, max) }
        }
        return max
    }

    /// How many lie in the range.
    package func count(in range: ClosedRange<Int>) -> Int {
        zip(values, counts).reduce(0) { range.contains($1.0) ? $0 + $1.1 : $0 }
    }

    package func merged(with other: LatencySummary) -> LatencySummary {
        if count == 0 { return other }
        if other.count == 0 { return self }
        var merged: [(value: Int, count: Int)] = []
        merged.reserveCapacity(values.count + other.values.count)
        var (left, right) = (0, 0)
        while left < values.count || right < other.values.count {
            if right == other.values.count || left < values.count && values[left] < other.values[right] {
                merged.append((values[left], counts[left]))
                left += 1
            } else if left == values.count || other.values[right] < values[left] {
                merged.append((other.values[right], other.counts[right]))
                right += 1
            } else {
                merged.append((values[left], counts[left] + other.counts[right]))
                left += 1
                right += 1
            }
        }
        return LatencySummary(
            recorded: merged, sum: sum + other.sum, sumOfSquares: sumOfSquares + other.sumOfSquares,
            min: Swift.min(min, other.min), max: Swift.max(max, other.max))
    }

    /// The percentiles that every report has.
    package static let reported = [50.0, 75, 90, 95, 98, 99, 99.9, 99.99]
}
