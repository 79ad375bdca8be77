internal import FoundationEssentials
internal import Glibc

/// What the generator prints. Latencies are in microseconds and count from when a request was due.
struct Report: Encodable {
    /// From the start of the first stream to the last answer.
    let seconds: Double
    /// The generator's own.
    let cpuSeconds: Double
    /// Below 0 the generator goes before others on its machine.
    let niceness: Int32
    let streams: [StreamReport]

    init(_ streams: [Stream], seconds: Double) {
        self.seconds = seconds
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        cpuSeconds = usage.ru_utime.seconds + usage.ru_stime.seconds
        niceness = getpriority(Int32(PRIO_PROCESS.rawValue), 0)
        self.streams = streams.map(StreamReport.init)
    }

    struct StreamReport: Encodable {
        let name: String
        let mode: String
        let connections: Int
        /// Arrivals, or places that a throttle gave out.
        let arrivals: Int
        /// Arrivals that were never sent, because no connection was free in time.
        let unsent: Int
        let reconnects: Int
        /// Connections lost without a request on them, and why.
        let losses: [String: Int]
        /// How late the generator itself was: above a millisecond or two it had too little processor.
        let lagUs: Latency
        let operations: [OperationReport]

        init(_ stream: Stream) {
            name = stream.plan.name
            mode = stream.plan.mode.rawValue
            connections = stream.plan.connections
            arrivals = stream.arrivals
            unsent = stream.unsent
            reconnects = stream.reconnects
            losses = stream.losses
            lagUs = Latency(stream.lag)
            operations = stream.operations.map(OperationReport.init)
        }
    }

    struct OperationReport: Encodable {
        let name: String
        let sent: Int
        let succeeded: Int
        let refused: Int
        let failed: Int
        let failures: [String: Int]
        let successUs: Latency
        let refusalUs: Latency
        let perSecond: [SecondReport]

        init(_ operation: OperationLoad) {
            let tally = operation.tally
            tally.finish()
            name = operation.plan.name
            (sent, succeeded) = (tally.total.sent, tally.total.succeeded)
            (refused, failed) = (tally.total.refused, tally.total.failed)
            failures = tally.failures
            successUs = Latency(tally.successLatency)
            refusalUs = Latency(tally.refusalLatency)
            perSecond = tally.seconds.map(SecondReport.init)
        }
    }

    struct Latency: Encodable {
        let count: Int
        let p50: UInt64?
        let p99: UInt64?
        let p999: UInt64?
        let max: UInt64?

        init(_ histogram: Histogram) {
            count = histogram.count
            p50 = histogram.permille(500)
            p99 = histogram.permille(990)
            p999 = histogram.permille(999)
            max = histogram.count > 0 ? histogram.max : nil
        }
    }

    struct SecondReport: Encodable {
        let sent: Int
        let succeeded: Int
        let refused: Int
        let failed: Int
        let p99Us: UInt64?
        let maxUs: UInt64?
        let refusalP99Us: UInt64?

        init(_ second: Second) {
            (sent, succeeded) = (second.counts.sent, second.counts.succeeded)
            (refused, failed) = (second.counts.refused, second.counts.failed)
            (p99Us, maxUs, refusalP99Us) = (second.p99, second.max, second.refusalP99)
        }
    }

    func json() throws(Problem) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = .sortedKeys
        do {
            return [UInt8](try encoder.encode(self))
        } catch {
            throw Problem("the report cannot be written: \(error)")
        }
    }
}

extension timeval {
    fileprivate var seconds: Double { Double(tv_sec) + Double(tv_usec) / 1e6 }
}
