import Foundation
import TestSupport
import Testing

@Suite struct ShutdownTests {
    @Test(arguments: [SIGTERM, SIGINT])
    func everyAnsweredKeyIsInTheDatabaseAfterwards(signal: Int32) async throws {
        let folder = try TemporaryFolder()
        let created = Answers()
        try await Servers.withOwn(in: folder) { server in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        // Until the server is gone.
                        while let answer = try? await Wire(server.url).create() {
                            await created.add(answer)
                            if answer.status == 503 { return }
                        }
                    }
                }
                #expect(try await eventually { await created.all.count >= 50 })
                server.process.signal(signal)
                #expect(await server.process.waitUntilExit() == 0)
                // The client would go on trying to connect.
                group.cancelAll()
                try await group.waitForAll()
            }
        }
        let keys = await created.all.filter { $0.status == 201 }.compactMap { $0["public_key_fingerprint"] }
        #expect(keys.count >= 50)
        try await Servers.withOwn(in: folder) { server async throws in
            for key in keys { #expect(try await Wire(server.url).retrieve(key).status == 200) }
        }
    }

    @Test func requestInHandIsFinishedAndNobodyNewIsLetIn() async throws {
        try await Servers.withOwn(["event_loops=1"] + Servers.lockTimeout(milliseconds: 60_000)) { server in
            let lock = try WriterLock(server)
            let connection = try await RawConnection(server)
            try await connection.send(
                rawRequest("POST", createPath, headers: TestServer.clientHeaders, body: Wire.createBody()))
            // The one loop has read the create before it answers this.
            #expect(try await Wire(server.url).send("GET", "/healthz").status == 200)
            server.process.signal(SIGTERM)
            #expect(try await eventually { (try? await RawConnection(server)) == nil })
            #expect(!server.process.hasEnded)
            #expect(connection.received.isEmpty)
            try lock.release()
            #expect(try await connection.answer().status == 201)
            #expect(await server.process.waitUntilExit() == 0)
            #expect(server.log.contains("event=stopped"))
        }
    }

    @Test func idleConnectionsDoNotHoldItUp() async throws {
        try await Servers.withOwn(["shutdown_timeout_seconds=3600"]) { server in
            let connection = try await RawConnection(server)
            try await connection.send(rawRequest("GET", "/v1/tms/hello"))
            #expect(try await connection.answer().status == 200)
            #expect(await server.stop() == 0)
            #expect(try await connection.isClosedEventually())
        }
    }

    @Test func halfARequestIsCutOffAfterTheTimeout() async throws {
        try await Servers.withOwn(["shutdown_timeout_seconds=1"]) { server in
            let connection = try await RawConnection(server)
            try await connection.send(String(rawRequest("POST", retrievePath, body: unknownKeyBody).dropLast()))
            #expect(try await Wire(server.url).send("GET", "/healthz").status == 200)
            #expect(await server.stop() == 0)
            #expect(try await connection.isClosedEventually())
        }
    }

    @Test func keysOutliveARestart() async throws {
        let folder = try TemporaryFolder()
        let key = try await Servers.withOwn(in: folder) { server in
            let answer = try await Wire(server.url).create()
            #expect(await server.stop() == 0)
            return try #require(answer["public_key_fingerprint"])
        }
        try await Servers.withOwn(in: folder) { server async throws in
            #expect(try await Wire(server.url).retrieve(key).status == 200)
        }
    }

    /// What a power cut or the kernel does: nothing that was answered may be lost.
    @Test func keysOutliveAKill() async throws {
        let folder = try TemporaryFolder()
        let key = try await Servers.withOwn(in: folder) { server in
            let answer = try await Wire(server.url).create()
            server.process.signal(SIGKILL)
            #expect(await server.process.waitUntilExit() == -SIGKILL)
            return try #require(answer["public_key_fingerprint"])
        }
        try await Servers.withOwn(in: folder) { server async throws in
            #expect(try await Wire(server.url).retrieve(key).status == 200)
        }
    }
}
