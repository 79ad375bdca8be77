internal import Telemetry

/// Lookups at login, counted by what became of them.
struct LoginMetrics: Sendable {
    let allowed: Counter
    let notOurs: Counter
    private let refused: Counter
    /// Served in modes `warn` and `observe`; mode `enforce` would have refused them.
    private let tolerated: Counter
    private let reasons: [LoginRefusal: Counter]

    init(_ metrics: Metrics) {
        func counter(_ verdict: String) -> Counter {
            metrics.counter("tms_logins_total", "Key lookups by outcome.", ["verdict": verdict])
        }
        allowed = counter("allowed")
        notOurs = counter("not_ours")
        refused = counter("refused")
        tolerated = counter("tolerated")
        reasons = Dictionary(
            uniqueKeysWithValues: LoginRefusal.allCases.map { reason in
                (
                    reason,
                    metrics.counter(
                        "tms_login_refusals_total", "Key lookups that the rules refuse, served or not, by reason.",
                        ["reason": "\(reason)"])
                )
            })
    }

    func judged(_ reason: LoginRefusal, isServed: Bool) {
        (isServed ? tolerated : refused).add()
        reasons[reason]?.add()
    }
}
