import LoadRecord
import NIOCore
import Synchronization
import Testing

@testable import LoadEngine

extension LoadEngineTests {
    /// Answers in every shape that HTTP/1.1 allows.
    struct AnswerTests {
        private static let body = TestServer.version

        private static let chunked =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10;note=x\r\n\(body.prefix(16))\r\n"
            + "\(String(body.utf8.count - 16, radix: 16))\r\n\(body.dropFirst(16))\r\n0\r\nTrailer: yes\r\n\r\n"

        static let whole = [
            "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)", chunked,
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length:\(body.utf8.count)\r\n\r\n\(body)",
            "HTTP/1.1 200 \r\nX-A: b\r\nCONTENT-LENGTH:  \(body.utf8.count)  \r\nConnection: Keep-Alive\r\n\r\n\(body)",
        ]

        /// Cut at every place, and into single bytes.
        @Test(arguments: whole)
        func piecesOfAnySize(answer: String) throws {
            let bytes = Array(answer.utf8)
            for cut in 0...bytes.count {
                try expect(ofPieces: [bytes[..<cut], bytes[cut...]])
            }
            try expect(ofPieces: bytes.indices.map { bytes[$0..<($0 + 1)] })
        }

        private func expect(ofPieces pieces: [ArraySlice<UInt8>]) throws {
            var parser = AnswerParser()
            var found: AnswerParser.Answer?
            for piece in pieces where !piece.isEmpty {
                #expect(found == nil, "an answer ended before its last byte")
                switch parser.take(ByteBuffer(bytes: piece)) {
                case .incomplete: break
                case .complete(let answer): found = answer
                case .broken(let reason): Issue.record("broken: \(reason)")
                }
            }
            let answer = try #require(found)
            #expect(answer.status == 200)
            #expect(answer.keepsConnection)
            #expect(answer.surplus == 0)
            #expect(String(buffer: answer.body) == Self.body)
        }

        @Test(arguments: [
            "HTTP/2 200\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFF\r\n",
        ])
        func brokenAnswers(text: String) {
            var parser = AnswerParser()
            guard case .broken = parser.take(ByteBuffer(string: text)) else {
                Issue.record("taken for an answer")
                return
            }
        }

        @Test func headsWithoutEnd() {
            var parser = AnswerParser()
            var outcome = parser.take(ByteBuffer(string: "HTTP/1.1 200 OK\r\n"))
            for _ in 0..<100 {
                guard case .incomplete = outcome else { break }
                outcome = parser.take(ByteBuffer(string: "X-Long: \(String(repeating: "x", count: 1000))\r\n"))
            }
            guard case .broken = outcome else {
                Issue.record("no limit")
                return
            }
        }

        @Test(arguments: [0.0, 0.02])
        func splitOnTheWire(gap: Double) async throws {
            let server = try TestServer { request in
                let bytes = Self.whole[request.ordinal % Self.whole.count]
                return .init(pieces: [String(bytes.prefix(30)), String(bytes.dropFirst(30))], gapSeconds: gap)
            }
            let total = try await Load.run(Load.closed(users: 3, iterations: 20), on: server).record.total
            #expect(total.succeeded == 60)
            #expect(total.connectionsOpened == 3)
        }

        /// Two answers to one request: the second belongs to nobody.
        @Test func answersThatNobodyAskedFor() async throws {
            let server = try TestServer { _ in .init(pieces: [Self.whole[0] + Self.whole[0]]) }
            let total = try await Load.run(Load.closed(users: 1, iterations: 5), on: server).record.total
            #expect(total.failures == [.wrongBody: 5])
            #expect(total.connectionsOpened == 5)
            #expect(total.examples.first?.contains("after the answer's end") == true)
        }

        @Test func serverClosesAfterEachAnswer() async throws {
            let server = try TestServer { _ in
                .init(pieces: ["HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n\(Self.body)"], end: .close)
            }
            let total = try await Load.run(Load.closed(users: 2, iterations: 10), on: server).record.total
            #expect(total.succeeded == 20)
            #expect(total.connectionsOpened >= 20)
        }

        @Test func serverClosesIdleConnections() async throws {
            let server = try TestServer { request in
                var reply = TestServer.Reply.json(Self.body)
                reply.end = request.ordinalOnConnection == 2 ? .close : .keep
                return reply
            }
            // Each in turn, every 400 ms: one that has just been answered, on a machine that catches up, would write into a
            // connection that is being closed.
            let total = try await Load.run(Load.closed(users: 20, seconds: 2, throttle: 50), on: server).record.total
            #expect(total.failures == [:])
            #expect(total.connectionsOpened > 30)
        }

        @Test func withoutKeepAlive() async throws {
            let server = try TestServer { request in
                var reply = TestServer.Reply.json(Self.body)
                if request.head.contains("Connection: close") { reply.end = .close }
                return reply
            }
            var target = LoadTarget(url: server.url)
            target.usesKeepAlive = false
            let total = try await Load.run(Load.closed(users: 5, iterations: 20), on: server, target: target).record
                .total
            #expect(total.succeeded == 100)
            #expect(total.connectionsOpened == 100)
            #expect(total.connect.count == 100)
            #expect(server.counts.connections.load(ordering: .relaxed) == 100)
        }

        @Test func examplesShowNoSecrets() {
            let body =
                #"{"result_msg":"a\"b","private_key":"-----BEGIN OPENSSH PRIVATE KEY-----\nabc","client_secret":"s3cret","#
                + #""echo":"header was hunter2"}"#
            let text = AnswerExample.text(
                status: 500, reason: nil, body: ByteBuffer(string: body), hiding: ["hunter2", ""])
            #expect(text.contains("status 500"))
            #expect(text.contains(#"a\"b"#))
            for secret in ["abc", "BEGIN", "s3cret", "hunter2"] { #expect(!text.contains(secret), "\(secret)") }
            let key = AnswerExample.text(
                status: 200, reason: nil, body: ByteBuffer(string: "oops -----BEGIN KEY----- xyz"), hiding: [])
            #expect(!key.contains("xyz"))
            let long = ByteBuffer(string: String(repeating: "é\n", count: 3000))
            #expect(AnswerExample.text(status: 200, reason: nil, body: long, hiding: []).count < 250)
        }
    }
}
