import Foundation
import TMSStore
import TestSupport
import Testing

/// What was answered with 201 is there after the server was killed.
@Suite struct DurabilityTests {
    private static let rounds = 20
    private static let connections = 50

    @Test func answeredKeysOutliveKilledServer() async throws {
        let folder = try TemporaryFolder()
        var answered: [[UInt8]] = []
        var cutOff = 0
        for round in 1...Self.rounds {
            let server = try await TestServer.start(in: folder)
            let (port, process) = (server.port, server.process)
            let killer = Task {
                try await Task.sleep(for: .milliseconds(.random(in: 20...400)))
                process.signal(SIGKILL)
            }
            let before = answered.count
            // Every connection has a create under way at any time, so the kill finds 50 of them.
            for made in await onThreads(Self.connections, { _ in Self.createUntilCutOff(port: port) }) {
                answered += made.fingerprints
                cutOff += made.isCutOff ? 1 : 0
                #expect(made.refusals.isEmpty)
            }
            try await killer.value
            #expect(await process.waitUntilExit() == -SIGKILL)

            let restarted = try await TestServer.start(in: folder)
            try await expectRetrievable(answered[before...], at: restarted, "round \(round)")
            restarted.process.signal(SIGKILL)
            _ = await restarted.process.waitUntilExit()
        }
        // Otherwise the kills came too early or too late to prove anything.
        #expect(answered.count > Self.rounds)
        #expect(cutOff == Self.rounds * Self.connections)

        let server = try await TestServer.start(in: folder)
        try await expectRetrievable(answered[...], at: server, "at the end")
        #expect(await server.stop() == 0)
        try expectSound(server.database)
        print("\(answered.count) creates answered before \(Self.rounds) kills; all of them there")
    }

    private struct Made: Sendable {
        var fingerprints: [[UInt8]] = []
        /// Answers other than 201.
        var refusals: [String] = []
        /// Whether the connection ended while an answer was awaited.
        var isCutOff = false
    }

    private static func createUntilCutOff(port: Int) -> Made {
        var made = Made()
        do {
            let connection = try PlainConnection(port: port)
            while true {
                let answer = try connection.send(PlainRequest.create)
                guard answer.status == 201, let fingerprint = answer.fingerprint else {
                    made.refusals.append(String(answer.status))
                    return made
                }
                made.fingerprints.append(fingerprint)
            }
        } catch {
            made.isCutOff = true
            return made
        }
    }

    private func expectRetrievable(
        _ fingerprints: ArraySlice<[UInt8]>, at server: TestServer, _ comment: Comment
    ) async throws {
        let port = server.port
        let missing = await onThreads(1) { _ -> [String] in
            do {
                let connection = try PlainConnection(port: port)
                return try fingerprints.filter { try connection.send(PlainRequest.retrieve($0)).status != 200 }
                    .map { String(decoding: $0, as: UTF8.self) }
            } catch {
                return ["\(error)"]
            }
        }
        #expect(missing == [[]], comment)
    }

    private func expectSound(_ database: TestDatabase) throws {
        let connection = try database.connect()
        var reports: [String] = []
        try connection.run("PRAGMA integrity_check", []) { reports.append($0.text(0)) }
        #expect(reports == ["ok"])
        var strays = 0
        try connection.run("PRAGMA foreign_key_check", []) { _ in strays += 1 }
        #expect(strays == 0)
    }
}
