internal import Glibc

/// Runs a plan: one thread, all streams, until nothing is left to send and to wait for.
final class Generator {
    private let plan: Plan
    private let poller: Poller
    private let streams: [Stream]
    private let connections: [Connection]
    /// For all connections to open.
    private static let openSecondsMax = 20.0
    /// Connections that open at a time: as many as a listener's queue surely holds.
    private static let openingMax = 64
    /// Between two looks at connections that are overdue.
    private static let tendNanoseconds: UInt64 = 50_000_000
    /// Looking at the clock more often would cost the server its processor.
    private static let sleepMin: UInt64 = 200_000

    init(_ plan: Plan) throws(Problem) {
        self.plan = plan
        let poller = try Poller()
        self.poller = poller
        let address = try socketAddress(plan.address)
        var streams: [Stream] = []
        var connections: [Connection] = []
        for streamPlan in plan.streams {
            let stream = Stream(streamPlan, host: plan.address)
            let own = (0..<streamPlan.connections).map { offset in
                Connection(
                    stream: stream, number: UInt32(connections.count + offset), address: address, poller: poller)
            }
            stream.connect(own)
            streams.append(stream)
            connections += own
        }
        self.streams = streams
        self.connections = connections
    }

    func run() throws(Problem) -> Report {
        try openConnections()
        let start = monotonicNanoseconds()
        let timeout = UInt64(plan.timeoutSeconds * 1e9)
        // What is sent last may take as long as an answer may take.
        let end = start + UInt64((plan.streams.map(\.until).max() ?? 0) * 1e9) + timeout + 1_000_000_000
        for stream in streams { stream.begin(at: start) }
        var tendAt = start
        while true {
            let now = monotonicNanoseconds()
            if now >= tendAt {
                for stream in streams { stream.tend(timeout: timeout, now: now) }
                if now > end || streams.allSatisfy({ $0.isDone(now: now) }) { break }
                tendAt = now + Self.tendNanoseconds
            }
            var nextAt = tendAt
            for stream in streams { if let due = stream.advance(now: now) { nextAt = min(nextAt, due) } }
            sleep(until: nextAt)
        }
        return Report(streams, seconds: Double(monotonicNanoseconds() - start) / 1e9)
    }

    private func sleep(until time: UInt64) {
        let now = monotonicNanoseconds()
        let pause = time > now ? max(time - now, Self.sleepMin) : 0
        poller.wait(nanoseconds: pause) { token in
            connections[Connection.number(ofToken: token)].wake(token: token)
        }
    }

    private func openConnections() throws(Problem) {
        let deadline = monotonicNanoseconds() + UInt64(Self.openSecondsMax * 1e9)
        var first = 0
        while first < connections.count {
            let batch = connections[first..<min(first + Self.openingMax, connections.count)]
            for connection in batch { connection.open(now: monotonicNanoseconds()) }
            while batch.contains(where: { $0.state == .connecting }), monotonicNanoseconds() < deadline {
                sleep(until: monotonicNanoseconds() + 10_000_000)
            }
            guard batch.allSatisfy({ $0.state == .idle }) else {
                let reasons = streams.flatMap(\.losses.keys).joined(separator: ", ")
                throw Problem("\(plan.address): connections could not be opened (\(reasons))")
            }
            first += batch.count
        }
    }
}

private func socketAddress(_ text: String) throws(Problem) -> sockaddr_in {
    let parts = text.split(separator: ":")
    var address = sockaddr_in()
    guard parts.count == 2, let port = UInt16(parts[1]), inet_pton(AF_INET, String(parts[0]), &address.sin_addr) == 1
    else { throw Problem("'\(text)' is not an IPv4 address and a port, such as 127.0.0.1:8080") }
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    return address
}
