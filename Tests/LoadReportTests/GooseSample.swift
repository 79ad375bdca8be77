/// A log in the form that Goose 0.17 prints, made from figures. No log of anybody's.
struct GooseSample {
    var name = "GET v1/tms/version"
    var scenario = "getversion"
    var users = 100
    var count = 100_000
    var failures = 0
    var perSecond = 970.87
    var mean = 3.25
    var min = 1
    var max = 238
    var median = 2
    var p99 = 20
    var p999 = 43
    var statuses: [(Int, Int)] = []
    var seconds = 103

    var text: String {
        let rule = " ------------------------------------------------------------------------------"
        let failed = failures == 0 ? "0 (0%)" : "\(thousands(failures)) (\(failures * 100 / count)%)"
        let codes = (statuses.isEmpty ? [(count, 200)] : statuses).map { "\(thousands($0.0)) [\($0.1)]" }.joined(
            separator: ", ")
        let ramp = Swift.min(users, seconds)
        let clock = { (seconds: Int) in "00:0\(seconds / 60):\(seconds % 60 < 10 ? "0" : "")\(seconds % 60)" }
        return """
             === PER SCENARIO METRICS ===
            \(rule)
             Name                     |  # users |  # times run | scenarios/s | iterations
            \(rule)
               1: \(scenario)        |      \(users) |      \(count) |      \(perSecond) |    1000.00
             === PER TRANSACTION METRICS ===
            \(rule)
             Name                     |   # times run |        # fails |  trans/s |  fail/s
            \(rule)
             1: \(scenario)
               1:                     |       \(thousands(count)) |         0 (0%) |   \(perSecond) |    0.00
             === PER REQUEST METRICS ===
            \(rule)
             Name                     |        # reqs |        # fails |    req/s |  fail/s
            \(rule)
             \(name)       |       \(thousands(count)) |         \(failed) |   \(perSecond) |    0.00
            \(rule)
             Name                     |    Avg (ms) |        Min |         Max |     Median
            \(rule)
             \(name)       |        \(mean) |          \(min) |         \(thousands(max)) |          \(median)
            \(rule)
             Slowest page load within specified percentile of requests (in ms):
            \(rule)
             Name                     |    50% |    75% |    98% |    99% |  99.9% | 99.99%
            \(rule)
             \(name)       |      \(median) |      \(median + 1) |     \(p99 - 2) |     \(p99) |     \(p999) |    \(max)
            \(rule)
             Name                     |                                        Status codes
            \(rule)
             \(name)       |                                      \(codes)
             -------------------------+----------------------------------------------------
             Aggregated               |                                      \(codes)

             === OVERVIEW ===
            \(rule)
             Action       Started               Stopped             Elapsed    Users
            \(rule)
             Increasing:  2026-04-30 11:18:01 - 2026-04-30 11:19:41 (\(clock(ramp)), 0 -> \(users))
             Decreasing:  2026-04-30 11:19:41 - 2026-04-30 11:19:44 (\(clock(seconds - ramp)), 0 <- \(users))

             Target host: https://tms.example.org/
             goose v0.17.2
            \(rule)
            """
    }

    private func thousands(_ number: Int) -> String {
        number < 1000 ? String(number) : "\(number / 1000)," + String(number % 1000 + 1000).dropFirst()
    }
}
