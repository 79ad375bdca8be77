internal import LoadRecord

/// What somebody with `top` open on the server would have seen when it froze.
struct TopLine: Sendable {
    /// "CPU fell from 180 % to 0 %, all 9 threads asleep, memory flat at 15.0 MiB, 20 requests in flight"
    let text: String
    /// The metrics it is made from.
    let sources: [String]

    /// Seconds before the freeze that are looked at.
    private static let secondsBefore = 10.0
    /// Resident memory is flat when it changes by no more than this part.
    private static let memoryMayDiffer = 0.05

    /// - Returns: nil when the server was not sampled, or not before and during the freeze.
    init?(_ record: RunRecord, _ freeze: FreezeRecord) {
        let before = record.timeline.filter {
            $0.offsetSeconds >= freeze.offsetSeconds - Self.secondsBefore
                && $0.offsetSeconds + $0.seconds <= freeze.offsetSeconds
        }.compactMap(\.server)
        let during = record.timeline.filter {
            $0.offsetSeconds >= freeze.offsetSeconds && $0.offsetSeconds + $0.seconds <= freeze.endSeconds + 0.5
        }.compactMap(\.server)
        guard !during.isEmpty else { return nil }
        var (parts, sources): ([String], [String]) = ([], [])
        let cpuDuring = during.compactMap(\.cpu)
        if let now = Bootstrap.median(cpuDuring) {
            if let then = Bootstrap.median(before.compactMap(\.cpu)), abs(then - now) >= 0.05 {
                parts.append("CPU \(now < then ? "fell" : "rose") from \(Figure.cpu(then)) to \(Figure.cpu(now))")
            } else {
                parts.append("CPU at \(Figure.cpu(now))")
            }
            sources.append("server.cpu")
        }
        if let threads = during.last(where: { !$0.threads.isEmpty })?.threads {
            parts.append(Self.threads(threads))
            sources.append("server.threads")
        }
        if let now = during.compactMap(\.residentBytes).last {
            let then = before.compactMap(\.residentBytes).first ?? now
            let isFlat = abs(Double(now - then)) <= Double(then) * Self.memoryMayDiffer
            parts.append(
                isFlat
                    ? "memory flat at \(Figure.bytes(now))"
                    : "memory from \(Figure.bytes(then)) to \(Figure.bytes(now))")
            sources.append("server.residentBytes")
        }
        guard !parts.isEmpty else { return nil }
        if let queue = during.compactMap(\.acceptQueue).max(), queue > 0 {
            parts.append("\(Figure.count(queue)) connections not accepted")
            sources.append("server.acceptQueue")
        }
        if let unread = during.compactMap(\.unreadBytes).max(), unread > 0 {
            parts.append("\(Figure.bytes(unread)) unread in its sockets")
            sources.append("server.unreadBytes")
        }
        parts.append("\(Figure.count(freeze.inFlight)) requests in flight")
        sources.append("freeze.inFlight")
        text = parts.joined(separator: ", ")
        self.sources = sources
    }

    private static func threads(_ states: [String: Int]) -> String {
        let all = states.values.reduce(0, +)
        let names = [
            "S": "asleep", "R": "running", "D": "in disk wait", "T": "stopped", "t": "traced", "Z": "dead", "I": "idle",
        ]
        if states.values.filter({ $0 > 0 }).count == 1, let state = states.first(where: { $0.value > 0 })?.key {
            return all == 1 ? "its thread \(names[state] ?? state)" : "all \(all) threads \(names[state] ?? state)"
        }
        return "of \(all) threads "
            + states.sorted { $0.value > $1.value }.filter { $0.value > 0 }
            .map { "\($0.value) \(names[$0.key] ?? $0.key)" }.joined(separator: ", ")
    }
}
