internal import Glibc

/// One kept connection to the server, and the request it is busy with.
final class Connection {
    enum State {
        case closed
        case connecting
        case idle
        case busy
    }

    /// A request on its way.
    struct Request {
        let operation: OperationLoad
        /// When it was to be sent, in monotonic nanoseconds: its latency counts from there.
        let dueAt: UInt64
        let sentAt: UInt64
    }

    unowned let stream: Stream
    /// Its place among all connections of the run.
    private let number: UInt32
    private let poller: Poller
    private let address: sockaddr_in

    private(set) var state = State.closed
    private(set) var request: Request?
    /// Requests left to send; nil for no limit.
    var remaining: Int?
    /// When a closed connection may be opened again.
    private(set) var opensAt: UInt64 = 0

    private var socket: Int32 = -1
    /// Counts openings, so that an event of a former socket is not taken for one of this.
    private var generation: UInt32 = 0
    private var answer = Answer()
    private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
    private var filled = 0
    /// What the socket did not take yet of a request.
    private var unsent: UnsafeRawBufferPointer?

    /// After a refused or lost connection.
    private static let pauseNanoseconds: UInt64 = 100_000_000

    init(stream: Stream, number: UInt32, address: sockaddr_in, poller: Poller) {
        self.stream = stream
        self.number = number
        self.address = address
        self.poller = poller
        remaining = stream.plan.requestsPerConnection
    }

    private var token: UInt64 { UInt64(generation) << 32 | UInt64(number) }

    static func number(ofToken token: UInt64) -> Int { Int(token & 0xFFFF_FFFF) }

    // MARK: Opening and closing

    func open(now: UInt64) {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return fail("no socket: \(errorText())", now: now) }
        var one: Int32 = 1
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        generation &+= 1
        (filled, unsent) = (0, nil)
        let result = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 || errno == EINPROGRESS else { return fail("cannot connect: \(errorText())", now: now) }
        state = .connecting
        poller.add(socket, token: token, isConnecting: true)
    }

    private func close() {
        if socket >= 0 { Glibc.close(socket) }
        (socket, state) = (-1, .closed)
    }

    private func fail(_ reason: String, now: UInt64) {
        let request = request
        close()
        self.request = nil
        opensAt = now + Self.pauseNanoseconds
        if let request { request.operation.ended(request, .failure(reason), now: now) }
        stream.lost(self, reason: reason, wasBusy: request != nil)
    }

    /// Gives up a request whose answer is overdue, and an opening that takes too long.
    func giveUpIfOverdue(timeout: UInt64, now: UInt64) {
        if let request, now > request.sentAt + timeout { fail("no answer in time", now: now) }
    }

    // MARK: Sending

    func send(_ operation: OperationLoad, dueAt: UInt64, now: UInt64) {
        request = Request(operation: operation, dueAt: dueAt, sentAt: now)
        state = .busy
        answer = Answer()
        filled = 0
        if let left = remaining { remaining = left - 1 }
        unsent = operation.nextRequest()
        operation.tally.sent(at: now)
        flush(now: now)
    }

    private func flush(now: UInt64) {
        guard let bytes = unsent else { return }
        let count = Glibc.send(socket, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
        if count == bytes.count {
            unsent = nil
        } else if count >= 0 || errno == EAGAIN {
            unsent = UnsafeRawBufferPointer(rebasing: bytes[max(count, 0)...])
            poller.readFromNowOn(socket, token: token, alsoWrite: true)
        } else {
            fail("connection lost: \(errorText())", now: now)
        }
    }

    // MARK: Receiving

    func wake(token: UInt64) {
        guard token == self.token, state != .closed else { return }
        let now = monotonicNanoseconds()
        if state == .connecting { return finishConnecting(now: now) }
        if unsent != nil {
            poller.readFromNowOn(socket, token: token)
            flush(now: now)
        }
        receive(now: now)
    }

    private func finishConnecting(now: UInt64) {
        var (error, length) = (Int32(0), socklen_t(MemoryLayout<Int32>.size))
        getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &length)
        guard error == 0 else { return fail("cannot connect: \(String(cString: strerror(error)))", now: now) }
        poller.readFromNowOn(socket, token: token)
        state = .idle
        stream.becameIdle(self, now: now)
    }

    private func receive(now: UInt64) {
        guard state != .closed else { return }
        let count = recv(socket, input.baseAddress! + filled, input.count - filled, 0)
        if count < 0, errno == EAGAIN { return }
        if count < 0 { return fail("connection lost: \(errorText())", now: now) }
        if count == 0 {
            return fail(state == .busy ? "connection closed before the answer's end" : "closed while idle", now: now)
        }
        guard state == .busy else { return fail("bytes came that nobody asked for", now: now) }
        filled += count
        let (used, progress) = answer.read(UnsafeRawBufferPointer(rebasing: input[..<filled]))
        if used > 0 { filled = 0 }
        switch progress {
        case .incomplete: break
        case .malformed(let problem): fail(problem, now: now)
        case .complete: finish(now: now)
        }
    }

    private func finish(now: UInt64) {
        guard let request else { return }
        self.request = nil
        let outcome: Tally.Outcome =
            switch answer.status {
            case 200..<300: .success
            case 503: .refusal
            default: .failure("status \(answer.status)")
            }
        request.operation.ended(request, outcome, now: now)
        if answer.closesConnection {
            close()
            stream.closedByServer(self, now: now)
        } else {
            state = .idle
            stream.becameIdle(self, now: now)
        }
    }
}
