internal import Glibc

/// One operation of a stream: its requests as bytes, made once, and what became of them.
final class OperationLoad {
    let plan: Plan.Operation
    let tally = Tally()
    private let requests: [UnsafeRawBufferPointer]
    private var next = 0
    /// For choosing by weight: grows by the weight at every choice, and falls when chosen.
    var credit = 0

    init(_ plan: Plan.Operation, host: String) {
        self.plan = plan
        requests = (plan.bodies.isEmpty ? [""] : plan.bodies).map { Self.bytes(plan, body: $0, host: host) }
    }

    /// Lives as long as the program.
    private static func bytes(_ plan: Plan.Operation, body: String, host: String) -> UnsafeRawBufferPointer {
        var text = "\(plan.method) \(plan.path) HTTP/1.1\r\nHost: \(host)\r\n"
        for (name, value) in plan.headers { text += "\(name): \(value)\r\n" }
        if !plan.bodies.isEmpty { text += "Content-Length: \(body.utf8.count)\r\n" }
        text += "\r\n" + body
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: text.utf8.count, alignment: 1)
        buffer.copyBytes(from: text.utf8)
        return UnsafeRawBufferPointer(buffer)
    }

    func nextRequest() -> UnsafeRawBufferPointer {
        defer { next = next + 1 == requests.count ? 0 : next + 1 }
        return requests[next]
    }

    func ended(_ request: Connection.Request, _ outcome: Tally.Outcome, now: UInt64) {
        tally.ended(outcome, latency: now - request.dueAt, at: now)
    }
}
