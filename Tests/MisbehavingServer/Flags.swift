import ArgumentParser

struct Flags: ParsableArguments {
    @Option(help: "Port on 127.0.0.1; 0 takes a free one.") var port: UInt16 = 0
    @Option(help: "Connections the system keeps waiting to be accepted.") var backlog: Int32 = 4096
    @Flag(help: "End when the process that started it has ended.") var exitWithParent = false

    @Flag(help: "Say at the end how long requests really waited for their answers.")
    var reportTimes = false

    @Option(help: "Every answer takes so long.") var delayMs = 0.0
    @Option(help: "A:B:SHARE, as 2:200:0.01: A ms, and B ms for that share of the requests.") var bimodalMs: Numbers?
    @Option(help: "Processor time burnt per request.") var workUs = 0.0
    @Option(help: "S:SECONDS: once, S s after the first request, no answer is sent for so long.") var stallAt: Numbers?
    @Option(help: "One queue that serves exactly so many requests/s over all connections.") var capacity: Double?
    @Option(help: "Percent by which delays, work and capacity are worse.") var handicap: Double?

    @Flag(help: "Accept connections and read nothing.") var acceptOnly = false
    @Flag(help: "Accept nothing; connecting hangs once --backlog is full.") var neverAccept = false
    @Flag(help: "Reset the connection in the middle of each body.") var resetMidBody = false
    @Option(help: "Send answers byte by byte, so long apart.") var dripMs: Double?
    @Option(help: "getversion, getclient, createkey or getkey: not answered any more …") var freezeEndpoint: Operation?
    @Option(help: "… after so many requests to it") var after: Int?
    @Option(help: "… so many seconds after the first request to any.") var afterSeconds: Double?
    @Flag(name: .customLong("always-404"), help: "Answer 404 to everything.") var always404 = false
    @Option(help: "Answer 500 to every n-th request.") var failOneIn: Int?
    @Flag(help: "Close the connection after each answer, and say so in it.") var closeAfterAnswer = false
    @Flag(help: "Close the connection after each answer without a word.") var closeUnannounced = false
    @Flag(help: "Answer GET /metrics.") var withMetrics = false

    @Option(help: "A pool of so many threads that deadlocks when as many getclient, createkey or getkey come at once.")
    var blockedRuntime: Int?
    @Option(help: "After so many requests one thread computes for ever in a lock that all need.") var hotLockAfter: Int?
    @Option(help: "After so many requests each computes for ever.") var burnAfter: Int?
    @Option(help: "Limit of open descriptors.") var openFilesMax: UInt?
    @Flag(help: "Leave a descriptor open per request.") var leakFiles = false
    @Option(help: "SIZE:N: a pool of SIZE database connections, not given back after N uses.") var pool: Numbers?
    @Option(help: "A file that createkey locks, as a database's writer does.") var lockFile: String?

    var hasTimes: Bool { delayMs > 0 || bimodalMs != nil || workUs > 0 || capacity != nil }

    var behaviour: Behaviour {
        var behaviour = Behaviour()
        behaviour.delay = Self.nanoseconds(delayMs, per: 1e6)
        behaviour.work = Self.nanoseconds(workUs, per: 1e3)
        behaviour.bimodal = bimodalMs.map {
            .init(usual: Self.nanoseconds($0[0], per: 1e6), slow: Self.nanoseconds($0[1], per: 1e6), share: $0[2])
        }
        behaviour.stall = stallAt.map {
            .init(begin: Self.nanoseconds($0[0], per: 1e9), length: Self.nanoseconds($0[1], per: 1e9))
        }
        behaviour.capacity = capacity
        behaviour.frozen = freezeEndpoint.map {
            .init(
                operation: $0, afterRequests: after, afterTime: afterSeconds.map { Self.nanoseconds($0, per: 1e9) })
        }
        behaviour.notesTimes = reportTimes
        behaviour.resetsMidBody = resetMidBody
        behaviour.dripInterval = dripMs.map { Self.nanoseconds($0, per: 1e6) }
        behaviour.alwaysNotFound = always404
        behaviour.failOneIn = failOneIn
        behaviour.closes = closeAfterAnswer
        behaviour.closesUnannounced = closeUnannounced
        behaviour.hasMetrics = withMetrics
        behaviour.hotLockAfter = hotLockAfter
        behaviour.burnAfter = burnAfter
        behaviour.leaksFiles = leakFiles
        behaviour.pool = pool.map { (size: Int($0[0]), leakAfter: Int($0[1])) }
        behaviour.lockFile = lockFile
        if let handicap { behaviour.handicap(percent: handicap) }
        return behaviour
    }

    private static func nanoseconds(_ value: Double, per unit: Double) -> Int { Int(value * unit) }
}

extension Operation: ExpressibleByArgument {}

/// Numbers with colons between them; what is not given is 0.
struct Numbers: ExpressibleByArgument, Sendable {
    private let numbers: [Double]

    init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        numbers = parts.compactMap { Double($0) }
        guard numbers.count == parts.count, numbers.count >= 2 else { return nil }
    }

    subscript(position: Int) -> Double { position < numbers.count ? numbers[position] : 0 }
}
