import TMSAPI
import TestSupport
import Testing

/// Limits that are reached are answered at once with 503 and when to come back, never with silence.
@Suite struct LimitTests {
    @Test func connectionBeyondTheLimitIsServedWhenAnotherCloses() async throws {
        try await Servers.withOwn(["connections_max=2", "event_loops=1"]) { server in
            let first = try await RawConnection(server)
            let second = try await RawConnection(server)
            for connection in [first, second] {
                try await connection.send(rawRequest("GET", "/v1/tms/hello"))
                #expect(try await connection.answer().status == 200)
            }
            let third = try await RawConnection(server)
            try await third.send(rawRequest("GET", "/v1/tms/hello"))
            // Whatever the server would do with the third it has had many occasions for meanwhile.
            for count in 2...50 {
                try await first.send(rawRequest("GET", "/v1/tms/hello"))
                #expect(try await first.answers(count).count == count)
            }
            #expect(third.received.isEmpty)
            #expect(!third.isClosed)
            try await second.close()
            #expect(try await third.answer().status == 200)
        }
    }

    @Test func burstOfConnectionsStaysWithinTheLimit() async throws {
        try await Servers.withOwn(["connections_max=2", "event_loops=1"]) { server in
            let connections = try await withThrowingTaskGroup(of: RawConnection.self) { group in
                for _ in 0..<20 { group.addTask { try await RawConnection(server) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            for connection in connections { try await connection.send(rawRequest("GET", "/v1/tms/hello")) }
            #expect(try await eventually { connections.count { !$0.received.isEmpty } >= 2 })
            let served = connections.filter { !$0.received.isEmpty }
            for count in 2...50 {
                try await served[0].send(rawRequest("GET", "/v1/tms/hello"))
                #expect(try await served[0].answers(count).count == count)
            }
            #expect(connections.count { !$0.received.isEmpty } == 2)
        }
    }

    @Test func everyConnectionOfABurstIsServedInTheEnd() async throws {
        try await Servers.withOwn(["connections_max=2"], address: "http://localhost") { server in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<40 {
                    group.addTask {
                        let connection = try await RawConnection(server, host: number % 2 == 0 ? "127.0.0.1" : "::1")
                        try await connection.send(
                            rawRequest("GET", "/v1/tms/hello", headers: ["Connection": "close"]))
                        return try await connection.answer().status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses == Array(repeating: 200, count: 40))
        }
    }

    @Test func requestBeyondThoseInHandIsRefusedWhileALoginIsAdmitted() async throws {
        try await Servers.withOwn(["in_flight_max=2", "event_loops=1"]) { server in
            let account = try Account(on: server)
            let key = try await account.createdKey()
            let lock = try WriterLock(server)
            // Sent again until it finds no read in the one place that there is for both.
            let create = { @Sendable in
                while true {
                    let answer = try await account.create()
                    if answer.status != 503 { return answer }
                }
            }
            async let waiting = create()
            // Refused as soon as the create has its place: one of the two is kept for logins and probes.
            let read = { @Sendable in
                try await account.wire.send("GET", "/v1/tms/client/none", headers: TestServer.clientHeaders)
            }
            #expect(try await eventually { try await read().status == 503 })
            let refused = try await read()
            expectRefusal(refused, 503, "too many requests")
            #expect(refused.header("retry-after") == "1")
            #expect(try await account.retrieve(key).status == 200)
            #expect(try await account.wire.send("GET", "/readyz").status == 200)
            try lock.release()
            let made = try await waiting
            #expect(made.status == 201, "\(made.text)")
            #expect(try await read().status == 403)
        }
    }

    @Test func requestsBehindOneInHandAreLeftInTheKernel() async throws {
        let readMax = 2048
        try await Servers.withOwn(["read_bytes_max=\(readMax)"]) { server in
            let connection = try await RawConnection(server)
            let lock = try WriterLock(server)
            let create = rawRequest("POST", createPath, headers: TestServer.clientHeaders, body: Wire.createBody())
            let behind = (0..<3000).map { rawRequest("GET", "/v1/tms/hello?name=\($0)") }.joined()
            try await connection.send(create + behind)
            let metrics = { @Sendable in try await Wire(server.url).send("GET", "/metrics").text }
            #expect(try await eventually { try await metrics().contains(#"in_flight{class="write"} 1"#) })
            // One look may have ended with the create, and a second have brought what is held.
            let read = create.utf8.count + behind.utf8.count - (try connection.bytesInTheKernel(of: server))
            #expect(read <= 2 * readMax, "\(read) bytes were read")
            try lock.release()
            let answers = try await connection.answers(3001)
            #expect(answers[0].status == 201)
            #expect(answers.dropFirst().map(\.text) == (0..<3000).map { "hello, \($0)!" })
        }
    }

    @Test func requestBeyondThoseThatMayWaitForAPairIsRefused() async throws {
        let account = try Account(on: try await Servers.shared(["key_waiters_max=0"]))
        for type in ["rsa", "ecdsa"] {
            let answer = try await account.create(["key_type": "\"\(type)\""])
            expectRefusal(answer, 503, "too many requests wait for a key of this type")
            #expect(answer.header("retry-after") == "10")
        }
        #expect(try await account.create().status == 201)
    }

    @Test func requestThatWaitsTooLongForAPairIsRefusedAndCounted() async throws {
        try await Servers.withOwn(["key_wait_seconds_max=1"]) { server in
            let account = try Account(on: server)
            // No machine makes so many within the second.
            let answers = try await withThrowingTaskGroup(of: Wire.Answer.self) { group in
                for _ in 0..<8 { group.addTask { try await account.create(["key_type": #""rsa""#]) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let refused = answers.filter { $0.status != 201 }
            #expect(!refused.isEmpty)
            for answer in refused { expectRefusal(answer, 503, "making a key of this type took too long") }
            let metrics = try await account.wire.send("GET", "/metrics").text
            let line = #"tms_http_refusals_total{reason="key_wait"} \#(refused.count)"#
            #expect(metrics.split(separator: "\n").contains { $0 == line })
        }
    }

    /// Whether the answer was overdue when it was looked for, or when it was to be begun.
    @Test func everyRequestThatIsTooLateIsCountedOnce() async throws {
        let settings = ["deadline_seconds=1", "database_writers=1"] + Servers.lockTimeout(milliseconds: 60_000)
        try await Servers.withOwn(settings) { server in
            let create = rawRequest("POST", createPath, headers: TestServer.clientHeaders, body: Wire.createBody())
            let lock = try WriterLock(server)
            var connections: [RawConnection] = []
            for _ in 0..<100 {
                connections.append(try await RawConnection(server))
                try await connections.last?.send(create)
                try await Task.sleep(for: .milliseconds(15))
            }
            try lock.release()
            var refused: [Wire.Answer] = []
            for connection in connections {
                let answer = try await connection.answer()
                if answer.status != 201 { refused.append(answer) }
            }
            #expect(!refused.isEmpty)
            for answer in refused { expectRefusal(answer, 503) }
            let metrics = try await Wire(server.url).send("GET", "/metrics").text
            let line = #"tms_http_refusals_total{reason="deadline"} \#(refused.count)"#
            #expect(metrics.split(separator: "\n").contains { $0 == line })
        }
    }

    @Test func writesBeyondTheQueueAreRefusedAndThoseInItAreMade() async throws {
        let settings = ["write_queue_max=1", "database_writers=1"] + Servers.lockTimeout(milliseconds: 60_000)
        try await Servers.withOwn(settings) { server in
            let account = try Account(on: server)
            let old = try await account.createdKey()
            let lock = try WriterLock(server)
            let created = Answers()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 { group.addTask { await created.add(try await account.create()) } }
                // One is with the writer, one in the queue: at least six are refused, while the lock is held.
                #expect(try await eventually { await created.all.count >= 6 })
                for answer in await created.all {
                    expectRefusal(answer, 503, "too many writes are waiting")
                    #expect(answer.header("retry-after") == "1")
                }
                #expect(try await account.retrieve(old).status == 200)
                try lock.release()
                try await group.waitForAll()
            }
            let made = await created.all.filter { $0.status == 201 }
            #expect((1...2).contains(made.count))
            let metrics = try await account.wire.send("GET", "/metrics").text
            let line = #"tms_http_refusals_total{reason="write_queue"} \#(8 - made.count)"#
            #expect(metrics.split(separator: "\n").contains { $0 == line })
            for answer in made {
                #expect(try await account.retrieve(try #require(answer["public_key_fingerprint"])).status == 200)
            }
        }
    }

    @Test func lockHeldTooLongIsToldAndLoginsGoOn() async throws {
        try await Servers.withOwn(Servers.lockTimeout(milliseconds: 100)) { server in
            let account = try Account(on: server)
            let key = try await account.createdKey()
            let counted = try await account.createdKey(["num_uses": "1"])
            let lock = try WriterLock(server)
            let refused = try await account.create()
            expectRefusal(refused, 503, "the database is busy")
            #expect(refused.header("retry-after") == "1")
            #expect(try await account.retrieve(key).status == 200)
            #expect(try await account.wire.send("GET", "/healthz").status == 200)
            // A use that cannot be written down is not given away.
            expectRefusal(try await account.retrieve(counted, connection: "c"), 503, "the database is busy")
            try lock.release()
            #expect(try await account.create().status == 201)
            #expect(try await account.retrieve(counted, connection: "c").status == 200)
        }
    }

    @Test func requestThatIsNotAnsweredInTimeIsTold() async throws {
        try await Servers.withOwn(["deadline_seconds=1"] + Servers.lockTimeout(milliseconds: 60_000)) { server in
            let account = try Account(on: server)
            let lock = try WriterLock(server)
            expectRefusal(try await account.create(), 503, "could not be answered in time: look whether it was made")
            try lock.release()
            #expect(try await account.create().status == 201)
        }
    }

    @Test func loginIsToldSoonerThanOthers() async throws {
        let settings = ["deadline_seconds=60", "login_deadline_seconds=1"] + Servers.lockTimeout(milliseconds: 60_000)
        try await Servers.withOwn(settings) { server in
            let account = try Account(on: server)
            let counted = try await account.createdKey(["num_uses": "2"])
            let lock = try WriterLock(server)
            expectRefusal(
                try await account.retrieve(counted, connection: "c"), 503,
                "could not be answered in time: a use of the key may have been counted")
            try lock.release()
            #expect(try await account.retrieve(counted, connection: "d").status == 200)
        }
    }
}

/// Answers as they come in.
actor Answers {
    private(set) var all: [Wire.Answer] = []

    func add(_ answer: Wire.Answer) { all.append(answer) }
}
