internal import Synchronization

/// What the lanes share: a few numbers without a lock.
final class SharedState: Sendable {
    let inFlight = Atomic(0)
    let isFrozen = Atomic(false)
    /// Samples that each lane keeps per second; 0: none.
    let samplesPerSecond = Atomic(0)
}

/// One request, for `--request-log`.
package struct RequestSample: Sendable, Hashable {
    package var scenario: Scenario
    /// Nanoseconds of the monotonic clock.
    package var intendedAt: Int
    /// 0: it was never sent.
    package var sentAt: Int
    package var completedAt: Int
    /// nil: there was no answer.
    package var status: Int?
    package var failure: String?
}

/// So many samples per second and no more.
struct SampleBuffer {
    /// Kept until they are taken.
    static let countMax = 10_000

    private(set) var samples: [RequestSample] = []
    private var left = 0

    mutating func beginSecond(allowing count: Int) {
        left = count
    }

    var wantsMore: Bool { left > 0 && samples.count < Self.countMax }

    mutating func append(_ sample: RequestSample) {
        left -= 1
        samples.append(sample)
    }

    mutating func take() -> [RequestSample] {
        defer { samples = [] }
        return samples
    }
}
