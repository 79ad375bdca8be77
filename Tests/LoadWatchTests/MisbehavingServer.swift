import Glibc
import Primitives
import TestSupport

/// A running `misbehaving-server`.
final class MisbehavingServer: Sendable {
    let process: RunningProgram
    let port: Int

    var pid: Int32 { process.pid }
    var url: String { "http://127.0.0.1:\(port)" }

    private init(process: RunningProgram, port: Int) {
        self.process = process
        self.port = port
    }

    deinit { process.signal(SIGKILL) }

    struct DidNotStart: Error {
        let errors: String
    }

    static func start(_ flags: String...) async throws -> MisbehavingServer {
        let process = try RunningProgram(Program.path("misbehaving-server"), flags + ["--exit-with-parent"])
        let hasStarted = try await eventually { process.output.contains("\n") || process.hasEnded }
        let words = process.output.split(whereSeparator: \.isWhitespace)
        guard hasStarted, let port = words.last.flatMap({ Int($0) }) else {
            throw DidNotStart(errors: process.errors)
        }
        return MisbehavingServer(process: process, port: port)
    }

    /// Sends a request and leaves the connection open; nothing is read.
    func ask(_ request: String = "GET /v1/tms/client/testclient1") -> OpenConnection {
        let connection = OpenConnection(port: port)
        connection.ask(request)
        return connection
    }

    /// So many at once.
    func ask(times: Int, _ request: String = "GET /v1/tms/client/testclient1") -> [OpenConnection] {
        (0..<times).map { _ in ask(request) }
    }

    /// Asks again and again, so many at once, until nothing is answered any more.
    /// - Returns: what was asked; nil when the server goes on answering.
    func askUntilItHangs(times: Int) -> [OpenConnection]? {
        var connections: [OpenConnection] = []
        for _ in 0..<20 {
            // What takes long, a connection, is there before the first asks for what takes a thread.
            let ready = ask(times: times, "GET /v1/tms/version")
            let until = Monotonic.nanoseconds + 5_000_000_000
            for connection in ready {
                _ = connection.hasAnswer(withinMilliseconds: max(0, (until - Monotonic.nanoseconds) / 1_000_000))
            }
            for connection in ready { connection.ask("GET /v1/tms/client/testclient1") }
            connections += ready
            if !answers(withinMilliseconds: 300) { return connections }
        }
        return nil
    }

    /// Whether a request is answered in time.
    func answers(_ request: String = "GET /v1/tms/version", withinMilliseconds: Int = 1000) -> Bool {
        ask(request).hasAnswer(withinMilliseconds: withinMilliseconds)
    }
}

/// A connection that stays open for as long as it is held.
final class OpenConnection: Sendable {
    private let socket: Int32

    init(port: Int) {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        // A full queue must not hold up the test: connecting goes on in the kernel.
        _ = fcntl(socket, F_SETFL, O_NONBLOCK)
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                _ = connect(socket, address, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    deinit { close(socket) }

    /// - Parameter request: method and path.
    func ask(_ request: String) {
        send(request + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
    }

    func send(_ text: String) {
        var entry = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
        guard poll(&entry, 1, 500) > 0 else { return }
        _ = Glibc.send(socket, text, text.utf8.count, Int32(MSG_NOSIGNAL))
    }

    func hasAnswer(withinMilliseconds milliseconds: Int) -> Bool {
        var entry = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        guard poll(&entry, 1, Int32(milliseconds)) > 0 else { return false }
        var byte: UInt8 = 0
        return recv(socket, &byte, 1, Int32(MSG_PEEK)) == 1
    }
}
