/// In what ways the server misbehaves. Moments count from the first request, in nanoseconds.
struct Behaviour: Sendable {
    struct Bimodal: Sendable {
        var usual = 0
        var slow = 0
        /// Of all requests, 0 to 1; exactly so many, evenly spread.
        var share = 0.0
    }

    struct Stall: Sendable {
        var begin = 0
        var length = 0
    }

    struct Frozen: Sendable {
        var operation: Operation
        var afterRequests: Int?
        var afterTime: Int?
    }

    var delay = 0
    var bimodal: Bimodal?
    /// Processor time burnt per request.
    var work = 0
    var stall: Stall?
    /// Requests per second over all connections.
    var capacity: Double?
    var frozen: Frozen?
    /// What each answer really took is kept, and told at the end.
    var notesTimes = false
    var resetsMidBody = false
    var dripInterval: Int?
    var alwaysNotFound = false
    var failOneIn: Int?
    var closes = false
    var closesUnannounced = false
    var hasMetrics = false
    /// From this request on, whoever is in the one lock computes for ever.
    var hotLockAfter: Int?
    /// From this request on, each computes for ever.
    var burnAfter: Int?
    /// Each request opens a file and forgets it.
    var leaksFiles = false
    /// Database connections that are taken and, from a request on, not given back.
    var pool: (size: Int, leakAfter: Int)?
    /// A file that createkey locks, and waits for as long as somebody else has it.
    var lockFile: String?

    /// Everything takes so many percent longer.
    mutating func handicap(percent: Double) {
        let factor = 1 + percent / 100
        let stretch = { (time: Int) in Int(Double(time) * factor) }
        delay = stretch(delay)
        work = stretch(work)
        bimodal = bimodal.map { Bimodal(usual: stretch($0.usual), slow: stretch($0.slow), share: $0.share) }
        capacity = capacity.map { $0 / factor }
    }
}
