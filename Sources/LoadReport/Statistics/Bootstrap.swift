/// 95 % intervals by drawing again from what was measured.
package enum Bootstrap {
    package struct Interval: Codable, Sendable, Hashable {
        /// Of what was measured, and the 2.5th and 97.5th percentile of what was drawn.
        package var estimate: Double
        package var low: Double
        package var high: Double
    }

    package static let resamples = 1000
    static let seed: UInt64 = 5

    /// The interval of median(b) / median(a). Pairs that were run side by side are drawn together, for what disturbed
    /// one of them is likely to have disturbed the other; when there are no pairs, each side is drawn by itself.
    /// - Returns: nil when a side is empty or its median is 0.
    package static func ratioOfMedians(_ b: [Double], to a: [Double], paired: Bool) -> Interval? {
        guard let estimate = ratio(b, a) else { return nil }
        var random = SeededRandom(seed: seed)
        var ratios: [Double] = []
        ratios.reserveCapacity(resamples)
        for _ in 0..<resamples {
            let fromA: [Int]
            let fromB: [Int]
            if paired {
                fromA = draw(min(a.count, b.count), &random)
                fromB = fromA
            } else {
                fromA = draw(a.count, &random)
                fromB = draw(b.count, &random)
            }
            if let ratio = ratio(fromB.map { b[$0] }, fromA.map { a[$0] }) { ratios.append(ratio) }
        }
        return interval(of: ratios, estimate: estimate)
    }

    static func interval(of drawn: [Double], estimate: Double) -> Interval? {
        guard !drawn.isEmpty else { return nil }
        let sorted = drawn.sorted()
        return Interval(
            estimate: estimate, low: sorted[Int(Double(sorted.count - 1) * 0.025)],
            high: sorted[Int((Double(sorted.count - 1) * 0.975).rounded(.up))])
    }

    static func draw(_ count: Int, _ random: inout SeededRandom) -> [Int] {
        (0..<count).map { _ in Int.random(in: 0..<count, using: &random) }
    }

    private static func ratio(_ b: [Double], _ a: [Double]) -> Double? {
        guard let over = median(b), let under = median(a), under > 0 else { return nil }
        return over / under
    }

    static func median(_ values: [Double]) -> Double? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }
}
