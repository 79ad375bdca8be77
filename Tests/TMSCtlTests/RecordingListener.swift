import Foundation
import Synchronization
import TestSupport

/// Listens on a free loopback port, notes what callers send, and answers everything as a server names its version.
final class RecordingListener: Sendable {
    let url: String
    private let socket: Int32
    private let heads = Mutex<[String]>([])

    private static let answer: String = {
        let body = """
            {"git_branch":"b","git_commit":"c","git_dirty":"d","result_code":"0","result_msg":"success",\
            "rustc_version":"r","source_ts":"s","tms_version":"1.2.3"}
            """
        return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
            + "Connection: close\r\n\r\n" + body
    }()

    /// Runs `body` with a listener that is gone afterwards.
    static func with(_ body: (RecordingListener) async throws -> Void) async throws {
        let listener = try RecordingListener()
        // Ends the thread that accepts, which closes it.
        defer { shutdown(listener.socket, Int32(SHUT_RDWR)) }
        try await body(listener)
    }

    /// Of each request the credential headers, with their values.
    var credentials: [[String: String]] { heads.withLock { $0.map(Self.credentials) } }

    private static func credentials(in head: String) -> [String: String] {
        let lines = head.components(separatedBy: "\r\n").filter { $0.lowercased().hasPrefix("x-tms-") }
        let fields = lines.map { $0.split(separator: ":", maxSplits: 1) }
        return Dictionary(fields.map { ($0[0].lowercased(), $0[1].trimmingCharacters(in: .whitespaces)) }) { $1 }
    }

    private init() throws {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listens = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(socket, address, length) == 0 && listen(socket, 16) == 0
                    && getsockname(socket, address, &length) == 0
            }
        }
        guard listens else { throw TestServer.Failure("no listener on loopback") }
        self.socket = socket
        url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
        Thread.detachNewThread { [self] in
            while true {
                let caller = accept(socket, nil, nil)
                if caller < 0 { break }
                serve(FileHandle(fileDescriptor: caller, closeOnDealloc: true))
            }
            close(socket)
        }
    }

    private func serve(_ caller: FileHandle) {
        let end = Data("\r\n\r\n".utf8)
        var head = Data()
        while head.range(of: end) == nil {
            let part = caller.availableData
            if part.isEmpty { return }
            head += part
        }
        heads.withLock { $0.append(String(decoding: head, as: UTF8.self)) }
        try? caller.write(contentsOf: Data(Self.answer.utf8))
    }
}
