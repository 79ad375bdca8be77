private import Synchronization

/// How often values fell into each of some ranges: what percentiles are estimated from.
///
/// Adding takes no lock and some nanoseconds, from any thread.
package final class Histogram: @unchecked Sendable {
    // Sendable: the pointer never changes, and what it points to is atomic.

    /// What the values are, and how Prometheus wants to see them.
    package enum Unit: Sendable {
        /// Shown in seconds.
        case nanoseconds
        case number
    }

    /// Upper bounds, inclusive, of all ranges but the last, which has none.
    let bounds: [Int]
    let unit: Unit
    private let counts: UnsafeMutableBufferPointer<Atomic<Int>>
    private let total = Atomic(0)

    package init(_ unit: Unit, bounds: [Int]) {
        self.bounds = bounds
        self.unit = unit
        counts = .allocate(capacity: bounds.count + 1)
        for index in counts.indices { counts.initializeElement(at: index, to: Atomic(0)) }
    }

    deinit {
        _ = counts.deinitialize()
        counts.deallocate()
    }

    package func add(_ value: Int) {
        var index = 0
        while index < bounds.count, value > bounds[index] { index += 1 }
        counts[index].wrappingAdd(1, ordering: .relaxed)
        total.wrappingAdd(value, ordering: .relaxed)
    }

    /// Values added meanwhile may be in the counts and not yet in the sum.
    package var snapshot: HistogramSnapshot {
        HistogramSnapshot(
            unit: unit, bounds: bounds, counts: counts.indices.map { counts[$0].load(ordering: .relaxed) },
            sum: total.load(ordering: .relaxed))
    }
}

/// What a histogram has counted up to some moment.
package struct HistogramSnapshot: Sendable {
    let unit: Histogram.Unit
    let bounds: [Int]
    /// How often each range was hit, the unbounded one last.
    let counts: [Int]
    let sum: Int

    package var count: Int { counts.reduce(0, +) }

    static func + (left: HistogramSnapshot, right: HistogramSnapshot) -> HistogramSnapshot {
        HistogramSnapshot(
            unit: left.unit, bounds: left.bounds, counts: zip(left.counts, right.counts).map { $0 + $1 },
            sum: left.sum + right.sum)
    }
}

extension [Int] {
    /// Bounds for times from 100 microseconds to 10 seconds, in nanoseconds.
    package static let times: [Int] = [
        100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000, 100_000_000,
        250_000_000, 500_000_000, 1_000_000_000, 2_500_000_000, 10_000_000_000,
    ]

    /// Bounds for sizes of batches.
    package static let sizes: [Int] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]
}
