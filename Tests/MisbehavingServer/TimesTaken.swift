import Primitives

/// How long requests really waited for their answers, every one of them: what a load tester says can be held against it.
///
/// On two processors a server answers later than it means to, and who only knows what it meant takes that for a fault
/// of the load tester.
final class TimesTaken: Sendable {
    /// More are counted no more: 32 MiB of them, a hundred seconds of 40,000 answers each.
    private static let countMax = 4 << 20

    private let nanoseconds = Monitor<[Int]>([])

    func note(_ nanoseconds: Int) {
        self.nanoseconds.withLock { if $0.count < Self.countMax { $0.append(nanoseconds) } }
    }

    /// Microseconds that so many percent of the answers did not exceed; nothing when there were none.
    var summary: String {
        let sorted = nanoseconds.withLock { $0 }.sorted()
        guard !sorted.isEmpty else { return "" }
        return [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999)]
            .map { name, share in
                let rank = Int((Double(sorted.count) * share).rounded(.up))
                return "\(name) \(sorted[max(rank, 1) - 1] / 1000) us"
            }
            .joined(separator: ", ")
    }
}
