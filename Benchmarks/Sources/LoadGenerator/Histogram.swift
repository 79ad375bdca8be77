/// Latencies in microseconds, in buckets 1.6 % wide: constant memory, whatever the number of requests.
struct Histogram {
    /// Values below are exact.
    private static let exactMax: UInt64 = 128
    /// Buckets per doubling.
    private static let steps = 64
    /// Up to 2^36 µs, 19 hours.
    private static let bucketCount = 128 + 29 * steps

    private var buckets = [UInt32](repeating: 0, count: bucketCount)
    private(set) var count = 0
    private(set) var max: UInt64 = 0

    mutating func record(nanoseconds: UInt64) {
        let value = nanoseconds / 1000
        count += 1
        if value > max { max = value }
        buckets[Self.bucket(of: value)] += 1
    }

    mutating func removeAll() {
        guard count > 0 else { return }
        for index in buckets.indices { buckets[index] = 0 }
        (count, max) = (0, 0)
    }

    /// The least value that is not exceeded by so many of thousand; nil if there is none at all.
    func permille(_ share: Int) -> UInt64? {
        guard count > 0 else { return nil }
        let rank = (count * share + 999) / 1000
        var seen = 0
        for (index, number) in buckets.enumerated() {
            seen += Int(number)
            // A bucket's end, so that no figure is better than what was measured.
            if seen >= rank { return Swift.min(Self.end(ofBucket: index), max) }
        }
        return max
    }

    private static func bucket(of value: UInt64) -> Int {
        guard value >= exactMax else { return Int(value) }
        let shift = 57 - value.leadingZeroBitCount
        return Swift.min(Int(exactMax) + (shift - 1) * steps + Int(value >> UInt64(shift)) - steps, bucketCount - 1)
    }

    private static func end(ofBucket index: Int) -> UInt64 {
        guard index >= Int(exactMax) else { return UInt64(index) }
        let (doubling, step) = (index - Int(exactMax)).quotientAndRemainder(dividingBy: steps)
        return (UInt64(step + steps + 1) << UInt64(doubling + 1)) - 1
    }
}
