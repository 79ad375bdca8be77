import Glibc
import LoadRecord
import NIOCore
import Testing

@testable import LoadEngine

extension LoadEngineTests {
    /// Each way to fail is told from the others.
    struct FailureTests {
        private func failures(
            timeout: Double = 5, users: Int = 2, iterations: Int = 3, data: ScenarioData = ScenarioData(),
            _ reply: @escaping TestServer.Script
        ) async throws -> ScenarioFigures {
            let server = try TestServer(reply)
            var target = LoadTarget(url: server.url)
            target.timeoutSeconds = timeout
            return try await Load.run(
                Load.closed(users: users, iterations: iterations), on: server, target: target, data: data
            ).record.total
        }

        @Test func refused() async throws {
            let server = try TestServer { _ in .hang }
            let url = server.url
            await server.close()
            let record = try await Load.run(
                Load.closed(users: 3, iterations: 4), target: LoadTarget(url: url)
            ).record
            #expect(record.total.failures == [.refused: 12])
            #expect(record.total.service.count == 0)
            #expect(record.total.fromIntended.count == 12)
        }

        @Test func unknownName() async throws {
            let target = LoadTarget(url: "http://no-such-host.invalid:3000")
            let total = try await Load.run(Load.closed(users: 2, iterations: 2), target: target).record.total
            #expect(total.failures == [.dns: 4])
        }

        /// The name may stand for addresses that nothing listens on, beside the one that counts.
        @Test func nameWithSeveralAddresses() async throws {
            let server = try TestServer { _ in .json(TestServer.version) }
            let target = LoadTarget(url: "http://localhost:\(server.port)")
            let load = Load.closed(users: 3, iterations: 5)
            let total = try await Load.run(load, on: server, target: target).record.total
            #expect(total.succeeded == 15)
        }

        @Test func resetBeforeTheAnswer() async throws {
            let total = try await failures { _ in .init(pieces: [], end: .reset) }
            #expect(total.failures == [.reset: 6])
            #expect(total.sent == 6)
        }

        @Test(arguments: [TestServer.Reply.End.reset, .close])
        func resetInMidBody(end: TestServer.Reply.End) async throws {
            let total = try await failures { _ in
                .init(
                    pieces: ["HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"tms_ver", ""], gapSeconds: 0.02, end: end
                )
            }
            #expect(total.failures == [.reset: 6])
            #expect(total.firstByte.count == 6)
        }

        /// A queue for connections that is full: what comes after is not answered at all.
        @Test func connectTimeout() async throws {
            let listener = try FullListener()
            var target = LoadTarget(url: "http://127.0.0.1:\(listener.port)")
            target.connectTimeoutSeconds = 0.4
            let total = try await Load.run(Load.closed(users: 2, iterations: 2), target: target).record.total
            #expect(total.failures == [.connectTimeout: 4])
            #expect(isNear(total.fromIntended.percentile(50), 405_000))
            listener.close()
        }

        @Test func firstByteTimeout() async throws {
            let total = try await failures(timeout: 0.3) { _ in .hang }
            #expect(total.failures == [.firstByteTimeout: 6])
            #expect(total.service.percentile(50) >= 300_000)
            #expect(total.service.percentile(50) < 400_000)
        }

        /// Accepted, and never read.
        @Test func acceptWithoutReading() async throws {
            let server = try TestServer(reads: false) { _ in .hang }
            var target = LoadTarget(url: server.url)
            target.timeoutSeconds = 0.3
            let total = try await Load.run(Load.closed(users: 2, iterations: 2), on: server, target: target).record
                .total
            #expect(total.failures == [.firstByteTimeout: 4])
        }

        /// A byte now and then keeps no request alive.
        @Test func slowDripOfABody() async throws {
            let pieces = ["HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"] + Array(repeating: "x", count: 100)
            let total = try await failures(timeout: 0.5) { _ in .init(pieces: pieces, gapSeconds: 0.05) }
            #expect(total.failures == [.bodyTimeout: 6])
            #expect(total.service.max < 700_000)
        }

        @Test func statuses() async throws {
            let total = try await failures(users: 1, iterations: 6) { request in
                switch request.ordinal {
                case 0, 1: .json(#"{"result_code":"404"}"#, status: "404 Not Found")
                case 2: .json("{}", status: "503 Service Unavailable", headers: "Retry-After: 1\r\n")
                case 3: .json("{}", status: "500 Internal Server Error")
                case 4: .json(TestServer.version, status: "201 Created")
                default: .json(TestServer.version)
                }
            }
            #expect(total.failures == [.status4xx: 2, .status5xx: 2, .wrongBody: 1])
            #expect(total.statuses == [404: 2, 503: 1, 500: 1, 201: 1, 200: 1])
            #expect(total.succeeded == 1)
            #expect(total.examples.contains { $0.contains("status 404") })
            #expect(total.connectionsOpened == 1)
        }

        @Test(arguments: [
            "{}", "[]", "", #"{"tms_version":""}"#, #"{"tms_version":" \n"}"#, #"{"tms_version":null}"#,
            #"{"deeper":{"tms_version":"1"}}"#, #"{"tms_version":"1""#, #"{"other":"\"tms_version\":\"1\""}"#,
        ])
        func wrongBody(body: String) async throws {
            let total = try await failures(users: 1, iterations: 2) { _ in .json(body) }
            #expect(total.failures == [.wrongBody: 2])
            #expect(total.examples.count == 1)
        }

        @Test func bodiesThatAreTooLong() async throws {
            let total = try await failures(users: 1, iterations: 2) { _ in
                .init(pieces: ["HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n"])
            }
            #expect(total.failures == [.wrongBody: 2])
        }

        @Test func notHTTP() async throws {
            let total = try await failures(users: 1, iterations: 2) { _ in .init(pieces: ["SSH-2.0-OpenSSH_9.6\r\n"]) }
            #expect(total.failures == [.wrongBody: 2])
        }

        @Test func oneIn500() async throws {
            let total = try await failures(users: 5, iterations: 100) { request in
                request.ordinal == 250 ? .json("{}", status: "500 Oops") : .json(TestServer.version)
            }
            #expect(total.failures == [.status5xx: 1])
            #expect(total.succeeded == 499)
        }

        /// What hangs since the warm-up is told, although it was sent before the measured time.
        @Test func freezeInTheWarmUp() async throws {
            let server = try TestServer { request in request.ordinal < 50 ? .json(TestServer.version) : .hang }
            var target = LoadTarget(url: server.url)
            target.timeoutSeconds = 2
            let load = Load.closed(users: 3, seconds: 0.5, warmUp: 0.5)
            let record = try await Load.run(load, on: server, target: target).record
            #expect(record.total.failures == [.firstByteTimeout: 3])
            #expect(record.total.sent == 3)
            #expect(record.effectiveConcurrency > 2.9)
        }

        @Test func whileFrozen() async throws {
            let server = try TestServer { _ in .hang }
            var target = LoadTarget(url: server.url)
            target.timeoutSeconds = 0.4
            let load = Load.closed(users: 3, iterations: 1)
            let total = try await Load.run(
                load, on: server, target: target, during: { engine in engine.setFrozen(true) }
            ).record.total
            #expect(total.failures == [.frozen: 3])
        }

        @Test func transportErrors() {
            func failure(_ code: CInt) -> FailureClass {
                FailureClass(transport: IOError(errnoCode: code, reason: "test"), isReady: true, isConnected: true)
            }
            #expect(failure(EPIPE) == .write)
            #expect(failure(ECONNRESET) == .reset)
            #expect(failure(EMFILE) == .generator)
            #expect(failure(EADDRNOTAVAIL) == .generator)
            #expect(failure(ECONNREFUSED) == .refused)
            #expect(failure(ETIMEDOUT) == .connectTimeout)
        }
    }
}
