private import Foundation
internal import LoadRecord

/// What makes runs unlike each other, so that a difference of their figures would say nothing of the servers.
enum Unlikeness {
    /// Parts of all requests that the mix of scenarios, and that of answers and failures, may differ by.
    static let mixMayDiffer = 0.02
    static let errorsMayDiffer = 0.005
    /// Databases of which one is so many times as large as the other, and larger than what a cache holds anyway.
    static let databasesMayDiffer = 1.5
    static let smallDatabaseBytes = 16 << 20

    /// What figures depend on, and is no part of the server.
    struct Circumstance: Sendable {
        var name: String
        /// Where a record has it.
        var source: String
        var value: @Sendable (RunRecord) -> String
    }

    static let circumstances = [
        Circumstance(name: "TLS", source: "target.usesTLS") { $0.target.usesTLS ? "on" : "off" },
        Circumstance(name: "keep-alive", source: "target.usesKeepAlive") { $0.target.usesKeepAlive ? "on" : "off" },
        Circumstance(name: "keys", source: "plan.keys") { $0.plan.keys },
        Circumstance(name: "accounts", source: "plan.accounts") { "\($0.plan.accounts ?? 1)" },
        Circumstance(name: "time-out", source: "plan.timeoutSeconds") { Figure.seconds($0.plan.timeoutSeconds) },
        Circumstance(name: "bodies", source: "plan.parsesResponses") {
            $0.plan.parsesResponses ? "checked" : "not checked"
        },
        Circumstance(name: "generator's machine", source: "target.generatorHost") { $0.target.generatorHost },
    ]

    /// - Parameter acrossHosts: that the servers are on different machines is what is asked about.
    /// - Returns: what differs, each as a sentence without its full stop; empty for like runs.
    static func of(_ a: [RunRecord], _ b: [RunRecord], acrossHosts: Bool) -> [String] {
        var found: [String] = []
        func compare(_ what: String, _ value: (RunRecord) -> String) {
            let values = (distinct(a.map(value)), distinct(b.map(value)))
            if values.0 != values.1 || values.0.count > 1 {
                found.append("\(what): \(values.0.joined(separator: " / ")) and \(values.1.joined(separator: " / "))")
            }
        }
        compare("scenarios") { $0.plan.scenarios.sorted().joined(separator: "+") }
        compare("planned load") { loadText($0) }
        for circumstance in circumstances { compare(circumstance.name, circumstance.value) }
        compare("network") { $0.target.isLoopback ? "loopback" : "network" }
        if !acrossHosts { compare("host") { URL(string: $0.target.url)?.host() ?? $0.target.url } }
        compare("load reached") { $0.steps.allSatisfy(\.wasReached) ? "reached" : "not reached" }
        if let difference = databases(a, b) { found.append(difference) }
        if !found.contains(where: { $0.hasPrefix("scenarios") }) { found += mixes(a, b) }
        return found
    }

    /// Rows cannot be counted from outside; how large they are together can be seen.
    private static func databases(_ a: [RunRecord], _ b: [RunRecord]) -> String? {
        let sizes = [a, b].map { runs in Bootstrap.median(runs.compactMap { $0.target.databaseBytes.map(Double.init) })
        }
        guard let sizeOfA = sizes[0], let sizeOfB = sizes[1] else { return nil }
        let (small, large) = (min(sizeOfA, sizeOfB), max(sizeOfA, sizeOfB))
        guard large > Double(smallDatabaseBytes), large > databasesMayDiffer * small else { return nil }
        return "database at the start: \(Figure.bytes(Int(sizeOfA))) and \(Figure.bytes(Int(sizeOfB)))"
    }

    private static func mixes(_ a: [RunRecord], _ b: [RunRecord]) -> [String] {
        var found: [String] = []
        func compare(_ what: String, by allowed: Double, _ count: (RunRecord) -> [String: Int]) {
            let (left, right) = (shares(a, count), shares(b, count))
            for name in Set(left.keys).union(right.keys).sorted() {
                let pair = (left[name] ?? 0, right[name] ?? 0)
                guard abs(pair.0 - pair.1) > allowed else { continue }
                found.append("\(what): \(name) \(Figure.percent(pair.0)) and \(Figure.percent(pair.1)) of the requests")
            }
        }
        compare("scenario mix", by: mixMayDiffer) { record in
            [String: Int](uniqueKeysWithValues: record.scenarioTotals.map { ($0.name, $0.completed) })
        }
        compare("error mix", by: errorsMayDiffer) { record in
            let total = record.total
            var counts = [String: Int](
                uniqueKeysWithValues: total.failures.map { ("failed by " + $0.key.rawValue, $0.value) })
            counts["succeeded"] = total.succeeded
            return counts
        }
        return found
    }

    /// What each name has of all requests of all runs.
    private static func shares(_ runs: [RunRecord], _ count: (RunRecord) -> [String: Int]) -> [String: Double] {
        var sums: [String: Int] = [:]
        for run in runs { sums.merge(count(run), uniquingKeysWith: +) }
        let all = sums.values.reduce(0, +)
        return all > 0 ? sums.mapValues { Double($0) / Double(all) } : [:]
    }

    private static func loadText(_ record: RunRecord) -> String {
        let planned = record.plan.steps.isEmpty ? record.steps.map(\.planned) : record.plan.steps
        let throttle = record.plan.throttlePerSecond.map { " throttled to \($0)/s" } ?? ""
        return planned.map(\.loadText).joined(separator: ", ") + throttle
    }

    private static func distinct(_ values: [String]) -> [String] {
        Set(values).sorted()
    }
}
